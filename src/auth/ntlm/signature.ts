import { writeU32 } from '../../bytes/integers.ts';
import { crc32 } from '../../crypto/crc32.ts';
import type { HmacMd5 } from '../../crypto/md5.ts';
import type { Rc4 } from '../../crypto/rc4.ts';

/** NTLMSSP_MESSAGE_SIGNATURE ([MS-NLMP] 2.2.2.9). */
export const SIGNATURE_LENGTH = 16;

/** What stands for a signature where neither signing nor sealing was agreed on: version 1 and zeros. */
export const DUMMY_SIGNATURE: Uint8Array = Uint8Array.from({ length: SIGNATURE_LENGTH }, (_, i) => (i === 0 ? 1 : 0));

/** MAC with extended session security ([MS-NLMP] 3.4.4.2); `cipher` null: no keys were exchanged. */
export function extendedMac(key: HmacMd5, cipher: Rc4 | null, sequence: number, message: Uint8Array): Uint8Array {
  const signature = newSignature(sequence);
  const checksum = key.digest(signature.subarray(12), message).subarray(0, 8);
  signature.set(cipher === null ? checksum : cipher.apply(checksum), 4);
  return signature;
}

/** MAC without extended session security ([MS-NLMP] 3.4.4.1): a CRC under RC4, its first 4 bytes random by name only. */
export function crcMac(cipher: Rc4, sequence: number, message: Uint8Array): Uint8Array {
  const signature = newSignature(sequence);
  writeU32(signature, 8, crc32(message), true);
  const stream = cipher.apply(new Uint8Array(12));
  for (const [i, byte] of stream.entries()) signature[4 + i] = (signature[4 + i] as number) ^ byte;
  return signature;
}

function newSignature(sequence: number): Uint8Array {
  const signature = DUMMY_SIGNATURE.slice();
  writeU32(signature, 12, sequence, true);
  return signature;
}
