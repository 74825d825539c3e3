import { Writer } from '../../bytes/writer.ts';
import { des } from '../../crypto/des.ts';
import { hmacMd5, md5 } from '../../crypto/md5.ts';

/** DESL ([MS-NLMP] 6): the NTLMv1 response to `challenge` (8 bytes) with an NT or an LM hash, 24 bytes. */
export function desResponse(hash: Uint8Array, challenge: Uint8Array): Uint8Array {
  const keys = new Uint8Array(21);
  keys.set(hash);
  const parts = [0, 7, 14].map((at) => des(keys.subarray(at, at + 7), challenge));
  keys.fill(0);
  return Buffer.concat(parts);
}

/** What NTLMv1 with extended session security answers to, in place of the server's challenge ([MS-NLMP] 3.3.1). */
export function mixedChallenge(serverChallenge: Uint8Array, clientChallenge: Uint8Array): Uint8Array {
  return md5(serverChallenge, clientChallenge.subarray(0, 8)).subarray(0, 8);
}

export interface V2ResponseInput {
  readonly serverChallenge: Uint8Array;
  /** 8 bytes. */
  readonly clientChallenge: Uint8Array;
  /** 100 ns since 1601, 8 bytes little-endian. */
  readonly time: Uint8Array;
  /** The AV pairs, encoded. */
  readonly targetInfo: Uint8Array;
}

/** NTChallengeResponse of NTLMv2 ([MS-NLMP] 3.3.2): NTProofStr, 16 bytes, and behind it what it proves. */
export function v2Response(key: Uint8Array, input: V2ResponseInput): Uint8Array {
  const proved = new Writer()
    .bytes(Uint8Array.of(0x01, 0x01))
    .zeros(6)
    .bytes(input.time)
    .bytes(input.clientChallenge)
    .zeros(4)
    .bytes(input.targetInfo)
    .zeros(4)
    .finish();
  return Buffer.concat([v2Proof(key, input.serverChallenge, proved), proved]);
}

export function v2Proof(key: Uint8Array, serverChallenge: Uint8Array, proved: Uint8Array): Uint8Array {
  return hmacMd5(key, serverChallenge, proved);
}

/** LMChallengeResponse of NTLMv2, 24 bytes. */
export function lmV2Response(key: Uint8Array, serverChallenge: Uint8Array, clientChallenge: Uint8Array): Uint8Array {
  return Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
}
