import { createHash, createHmac } from 'node:crypto';

/** MD5 (RFC 1321) over the pieces one after the other, 16 bytes. */
export function md5(...pieces: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** HMAC-MD5 (RFC 2104) over the pieces one after the other, 16 bytes. */
export function hmacMd5(key: Uint8Array, ...pieces: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('md5', key);
  for (const piece of pieces) hmac.update(piece);
  return hmac.digest();
}
