import { msToFiletime } from '../../bytes/filetime.ts';
import { toUtf16 } from '../../bytes/utf16.ts';
import { Writer } from '../../bytes/writer.ts';
import { AV, AV_FLAG, type AvPair, avValue, encodeAvPairs, withAvPair } from './av-pairs.ts';
import type { ChallengeMessage } from './challenge.ts';
import type { NtlmCredential } from './credential.ts';
import { hasFlag } from './flags.ts';
import { v1KeyExchangeKey, v2SessionKey } from './keys.ts';
import { ntlmV2Key } from './one-way.ts';
import { desResponse, lmV2Response, mixedChallenge, v2Response } from './responses.ts';

/** What a client answers to a challenge, and the key that this proves to both sides. */
export interface ChallengeAnswer {
  readonly lmResponse: Uint8Array;
  readonly ntResponse: Uint8Array;
  readonly keyExchangeKey: Uint8Array;
  /** The client promised a MIC over the exchange. */
  readonly withMic: boolean;
}

export interface V2AnswerInput {
  readonly clientChallenge: Uint8Array;
  /** ms since 1970, for servers that do not tell their own time. */
  readonly now: number;
  readonly servicePrincipal: string | null;
  /** MD5 of the channel bindings, 16 bytes. */
  readonly channelBindings: Uint8Array | null;
}

/** [MS-NLMP] 3.2.5.1.2: an empty NT response, one zero for an LM response, and a key that everybody knows. */
export function anonymousAnswer(): ChallengeAnswer {
  return {
    lmResponse: new Uint8Array(1),
    ntResponse: new Uint8Array(0),
    keyExchangeKey: new Uint8Array(16),
    withMic: false,
  };
}

/** NTLMv2 ([MS-NLMP] 3.3.2, 3.1.5.1.2). */
export function v2Answer(
  credential: NtlmCredential,
  challenge: ChallengeMessage,
  input: V2AnswerInput,
): ChallengeAnswer {
  const offered = challenge.targetInfo ?? [];
  const serverTime = avValue(offered, AV.timestamp);
  const withMic = serverTime !== null;
  const pairs = answerPairs(offered, withMic, input);
  const { serverChallenge } = challenge;
  const { clientChallenge } = input;
  const key = credential.use((hash) => ntlmV2Key(hash, credential.user, credential.domain));
  const time = serverTime ?? new Writer().u64(msToFiletime(input.now)).finish();
  const ntResponse = v2Response(key, { serverChallenge, clientChallenge, time, targetInfo: encodeAvPairs(pairs) });
  const lmResponse = withMic ? new Uint8Array(24) : lmV2Response(key, serverChallenge, clientChallenge);
  const keyExchangeKey = v2SessionKey(key, ntResponse.subarray(0, 16));
  key.fill(0);
  return { lmResponse, ntResponse, keyExchangeKey, withMic };
}

function answerPairs(offered: readonly AvPair[], withMic: boolean, input: V2AnswerInput): readonly AvPair[] {
  let pairs = offered;
  if (withMic) pairs = withAvPair(pairs, { id: AV.flags, value: Uint8Array.of(AV_FLAG.mic, 0, 0, 0) });
  if (input.channelBindings !== null)
    pairs = withAvPair(pairs, { id: AV.channelBindings, value: input.channelBindings });
  if (input.servicePrincipal !== null)
    pairs = withAvPair(pairs, { id: AV.targetName, value: toUtf16(input.servicePrincipal) });
  return pairs;
}

/** NTLMv1 ([MS-NLMP] 3.3.1), with extended session security where `flags` have it. */
export function v1Answer(
  credential: NtlmCredential,
  { serverChallenge }: ChallengeMessage,
  flags: number,
  clientChallenge: Uint8Array,
): ChallengeAnswer {
  return credential.use((ntHash, lmHash) => {
    const extended = hasFlag(flags, 'EXTENDED_SESSION_SECURITY');
    const answered = extended ? mixedChallenge(serverChallenge, clientChallenge) : serverChallenge;
    const ntResponse = desResponse(ntHash, answered);
    const lmResponse = extended
      ? Buffer.concat([clientChallenge, new Uint8Array(16)])
      : lmHash === null
        ? ntResponse
        : desResponse(lmHash, serverChallenge);
    const keyExchangeKey = v1KeyExchangeKey({ flags, serverChallenge, lmResponse, ntHash, lmHash });
    return { lmResponse, ntResponse, keyExchangeKey, withMic: false };
  });
}
