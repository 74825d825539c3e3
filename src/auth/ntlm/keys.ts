import { des } from '../../crypto/des.ts';
import { md4 } from '../../crypto/md4.ts';
import { HmacMd5, hmacMd5, md5 } from '../../crypto/md5.ts';
import { hasFlag } from './flags.ts';

/** Whose messages a key protects. */
export type Sender = 'client' | 'server';

const DIRECTION = { client: 'client-to-server', server: 'server-to-client' } as const;

/** KeyExchangeKey and SessionBaseKey of NTLMv2 ([MS-NLMP] 3.3.2, 3.4.5.1). */
export function v2SessionKey(responseKey: Uint8Array, ntProof: Uint8Array): Uint8Array {
  return hmacMd5(responseKey, ntProof);
}

export interface V1Exchange {
  readonly flags: number;
  readonly serverChallenge: Uint8Array;
  readonly lmResponse: Uint8Array;
  readonly ntHash: Uint8Array;
  /** Null: there is none, and the keys that need it are not agreed on. */
  readonly lmHash: Uint8Array | null;
}

/** KXKEY for NTLMv1 ([MS-NLMP] 3.4.5.1). */
export function v1KeyExchangeKey({ flags, serverChallenge, lmResponse, ntHash, lmHash }: V1Exchange): Uint8Array {
  const sessionBaseKey = md4(ntHash);
  const response = lmResponse.subarray(0, 8);
  if (hasFlag(flags, 'EXTENDED_SESSION_SECURITY')) return hmacMd5(sessionBaseKey, serverChallenge, response);
  if (lmHash !== null && hasFlag(flags, 'LM_KEY')) {
    const tail = Uint8Array.from([lmHash[7] as number, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd]);
    return Buffer.concat([des(lmHash.subarray(0, 7), response), des(tail, response)]);
  }
  if (lmHash !== null && hasFlag(flags, 'REQUEST_NON_NT_SESSION_KEY'))
    return Buffer.concat([lmHash.subarray(0, 8), new Uint8Array(8)]);
  return sessionBaseKey;
}

/** SIGNKEY ([MS-NLMP] 3.4.5.2); null: without extended session security there is none. */
export function signingKey(flags: number, sessionKey: Uint8Array, sender: Sender): Uint8Array | null {
  if (!hasFlag(flags, 'EXTENDED_SESSION_SECURITY')) return null;
  return md5(sessionKey, magic(sender, 'signing'));
}

/** What signs with it, which is all that is kept of it. */
export function signerOf(flags: number, sessionKey: Uint8Array, sender: Sender): HmacMd5 | null {
  const key = signingKey(flags, sessionKey, sender);
  const signer = key && new HmacMd5(key);
  key?.fill(0);
  return signer;
}

/** SEALKEY ([MS-NLMP] 3.4.5.3). */
export function sealingKey(flags: number, sessionKey: Uint8Array, sender: Sender): Uint8Array {
  if (hasFlag(flags, 'EXTENDED_SESSION_SECURITY'))
    return md5(sessionKey.subarray(0, sealingKeyLength(flags)), magic(sender, 'sealing'));
  if (!hasFlag(flags, 'LM_KEY') && !hasFlag(flags, 'DATAGRAM')) return sessionKey.slice();
  return hasFlag(flags, 'KEY_56')
    ? Uint8Array.from([...sessionKey.subarray(0, 7), 0xa0])
    : Uint8Array.from([...sessionKey.subarray(0, 5), 0xe5, 0x38, 0xb0]);
}

function sealingKeyLength(flags: number): number {
  if (hasFlag(flags, 'KEY_128')) return 16;
  return hasFlag(flags, 'KEY_56') ? 7 : 5;
}

function magic(sender: Sender, use: 'signing' | 'sealing'): Uint8Array {
  return Buffer.from(`session key to ${DIRECTION[sender]} ${use} key magic constant\0`, 'latin1');
}
