import { createCipheriv } from 'node:crypto';

/**
 * DES of one block of 8 bytes under a key of 7 bytes, spread over 8 with a parity bit each ([MS-NLMP] 6, DES). OpenSSL 3
 * offers no single DES; triple DES with three equal keys is the same function.
 */
export function des(key: Uint8Array, block: Uint8Array): Uint8Array {
  const spread = spreadKey(key);
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([spread, spread, spread]), null).setAutoPadding(false);
  spread.fill(0);
  return new Uint8Array(cipher.update(block));
}

function spreadKey(key: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, i) => {
    const pair = ((key[i - 1] ?? 0) << 8) | (key[i] ?? 0);
    return (pair >>> i) & 0xfe;
  });
}
