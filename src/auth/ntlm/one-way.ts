import { toUtf16 } from '../../bytes/utf16.ts';
import { des } from '../../crypto/des.ts';
import { md4 } from '../../crypto/md4.ts';
import { hmacMd5 } from '../../crypto/md5.ts';

const LM_MAGIC = Uint8Array.from('KGS!@#$%', (c) => c.charCodeAt(0));

/** NTOWFv1 ([MS-NLMP] 3.3.1): what a Windows account database keeps of a password, given in UTF-16LE. 16 bytes. */
export function ntHash(password: Uint8Array): Uint8Array {
  return md4(password);
}

/**
 * LMOWFv1 ([MS-NLMP] 3.3.1), 16 bytes; null for a password (UTF-16LE) of more than 14 characters or outside ASCII, whose
 * code page is unknown.
 */
export function lmHash(password: Uint8Array): Uint8Array | null {
  const upper = new Uint8Array(14);
  if (password.length > 2 * upper.length) return null;
  for (let i = 0; 2 * i < password.length; i++) {
    const [low, high] = [password[2 * i] as number, password[2 * i + 1] as number];
    if (high !== 0 || low > 0x7f) return null;
    upper[i] = low >= 0x61 && low <= 0x7a ? low - 0x20 : low;
  }
  const halves = [upper.subarray(0, 7), upper.subarray(7)];
  const hash = Buffer.concat(halves.map((half) => des(half, LM_MAGIC)));
  upper.fill(0);
  return hash;
}

/** NTOWFv2 ([MS-NLMP] 3.3.2), the key of every NTLMv2 response. `domain` is written as it goes over the wire. */
export function ntlmV2Key(hash: Uint8Array, user: string, domain: string): Uint8Array {
  return hmacMd5(hash, toUtf16(upperCase(user)), toUtf16(domain));
}

/**
 * Upper case as Windows compares names: unit by unit, and only letters that have exactly one lower and one upper form,
 * so that ß, ı and the long s stay what they are.
 */
export function upperCase(name: string): string {
  return name
    .split('')
    .map((unit) => {
      const upper = unit.toUpperCase();
      return upper.length === 1 && upper.toLowerCase() === unit ? upper : unit;
    })
    .join('');
}
