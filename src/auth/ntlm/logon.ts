import { filetimeToMs } from '../../bytes/filetime.ts';
import { Reader } from '../../bytes/reader.ts';
import { equalInConstantTime } from '../../crypto/equal.ts';
import type { Account, Accounts } from './accounts.ts';
import type { AuthenticateMessage } from './authenticate.ts';
import { AV, AV_FLAG, type AvPair, avValue, decodeAvPairs } from './av-pairs.ts';
import { hasFlag } from './flags.ts';
import { v1KeyExchangeKey, v2SessionKey } from './keys.ts';
import { ntlmV2Key } from './one-way.ts';
import { desResponse, mixedChallenge, v2Proof } from './responses.ts';

/** Why a logon is refused. What the client may be told of it is another matter. */
export type Refusal =
  | 'unknown-user'
  | 'wrong-password'
  | 'locked-out'
  | 'disabled'
  | 'account-expired'
  | 'password-expired'
  | 'clock-off'
  | 'anonymous'
  | 'version-1'
  | 'altered'
  | 'unprotected';

export interface LogonPolicy {
  readonly accounts: Accounts;
  readonly anonymous?: boolean;
  readonly version1?: boolean;
  /** ms that the time in an NTLMv2 response may be off; Windows 2000 takes 30 minutes. */
  readonly maxClockSkew?: number;
  /** MD5 of the channel bindings, 16 bytes: a client that names others is refused. */
  readonly channelBindings?: Uint8Array;
}

export type Logon =
  | {
      readonly refusal: null;
      /** Null: anonymous. */
      readonly account: Account | null;
      readonly keyExchangeKey: Uint8Array;
      /** The client promised a MIC. */
      readonly withMic: boolean;
    }
  | { readonly refusal: Refusal };

/** The NT response as far as it can be read without the account. */
interface V2Claim {
  readonly time: bigint;
  readonly pairs: readonly AvPair[];
}

const DEFAULT_CLOCK_SKEW = 30 * 60_000;
const V1_LENGTH = 24;
const DECOY = new Uint8Array(16);

/**
 * Judges an AUTHENTICATE_MESSAGE as a domain controller does ([MS-NLMP] 3.2.5.1.2). An unknown user costs as much work as
 * a wrong password; the state of an account is told only to who has proved its password. Throws RemoteProtocolError for a
 * malformed response.
 */
export function logOn(
  message: AuthenticateMessage,
  serverChallenge: Uint8Array,
  policy: LogonPolicy,
  now: number,
): Logon {
  if (message.user === '' && message.ntResponse.length === 0) return anonymousLogon(policy);
  const version1 = message.ntResponse.length === V1_LENGTH;
  if (version1 && !policy.version1) return { refusal: 'version-1' };
  const claim = version1 ? null : readClaim(message.ntResponse);
  const account = policy.accounts.find(message.user, message.domain);
  const hash = account?.ntHash ?? DECOY;
  const keyExchangeKey = version1 ? proveV1(message, serverChallenge, hash) : proveV2(message, serverChallenge, hash);
  if (account === null) return { refusal: 'unknown-user' };
  if (keyExchangeKey === null) {
    policy.accounts.failed(account, now);
    return { refusal: 'wrong-password' };
  }
  if (policy.accounts.isLockedOut(account, now)) return { refusal: 'locked-out' };
  policy.accounts.succeeded(account);
  if (account.state !== 'enabled') return { refusal: account.state };
  if (claim !== null && isClockOff(claim.time, policy.maxClockSkew ?? DEFAULT_CLOCK_SKEW, now))
    return { refusal: 'clock-off' };
  if (!bindingsAgree(claim?.pairs ?? [], policy.channelBindings)) return { refusal: 'altered' };
  return { refusal: null, account, keyExchangeKey, withMic: claim !== null && promisesMic(claim.pairs) };
}

function anonymousLogon(policy: LogonPolicy): Logon {
  if (!policy.anonymous) return { refusal: 'anonymous' };
  return { refusal: null, account: null, keyExchangeKey: new Uint8Array(16), withMic: false };
}

function readClaim(ntResponse: Uint8Array): V2Claim {
  const reader = new Reader(ntResponse);
  reader.skip(24);
  const time = reader.u64();
  reader.skip(12);
  return { time, pairs: decodeAvPairs(reader.rest()) };
}

function proveV2(message: AuthenticateMessage, serverChallenge: Uint8Array, hash: Uint8Array): Uint8Array | null {
  const key = ntlmV2Key(hash, message.user, message.domain);
  const proof = v2Proof(key, serverChallenge, message.ntResponse.subarray(16));
  const proved = equalInConstantTime(proof, message.ntResponse.subarray(0, 16));
  const sessionKey = v2SessionKey(key, proof);
  key.fill(0);
  return proved ? sessionKey : null;
}

function proveV1(message: AuthenticateMessage, serverChallenge: Uint8Array, ntHash: Uint8Array): Uint8Array | null {
  const { flags, lmResponse, ntResponse } = message;
  const extended = hasFlag(flags, 'EXTENDED_SESSION_SECURITY');
  const answered = extended ? mixedChallenge(serverChallenge, lmResponse) : serverChallenge;
  if (!equalInConstantTime(desResponse(ntHash, answered), ntResponse)) return null;
  return v1KeyExchangeKey({ flags, serverChallenge, lmResponse, ntHash, lmHash: null });
}

function isClockOff(time: bigint, allowed: number, now: number): boolean {
  const clientNow = filetimeToMs(time);
  return clientNow === null || Math.abs(clientNow - now) > allowed;
}

function promisesMic(pairs: readonly AvPair[]): boolean {
  return ((avValue(pairs, AV.flags)?.[0] ?? 0) & AV_FLAG.mic) !== 0;
}

function bindingsAgree(pairs: readonly AvPair[], own: Uint8Array | undefined): boolean {
  const named = avValue(pairs, AV.channelBindings);
  if (own === undefined || named === null || named.every((byte) => byte === 0)) return true;
  return equalInConstantTime(named, own);
}
