import { msToFiletime } from '../../bytes/filetime.ts';
import { toUtf16 } from '../../bytes/utf16.ts';
import { Writer } from '../../bytes/writer.ts';
import { equalInConstantTime } from '../../crypto/equal.ts';
import { hmacMd5 } from '../../crypto/md5.ts';
import { rc4 } from '../../crypto/rc4.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import { type AuthenticateMessage, decodeAuthenticate, withoutMic } from './authenticate.ts';
import { AV, type AvPair } from './av-pairs.ts';
import { encodeChallenge } from './challenge.ts';
import { commonFlags, hasFlag, ntlmFlags } from './flags.ts';
import { type NtlmForm, type NtlmSession, PROTECTION_FLAGS, type Protection } from './form.ts';
import { type LogonPolicy, logOn, type Refusal } from './logon.ts';
import type { NtlmVersion } from './message.ts';
import { decodeNegotiate } from './negotiate.ts';

/** Names that a CHALLENGE tells ([MS-NLMP] 2.2.2.1). */
export interface ServerNames {
  readonly netbiosComputer: string;
  /** Of the domain that the server belongs to; its own name when it belongs to none. */
  readonly netbiosDomain: string;
  readonly dnsComputer?: string;
  readonly dnsDomain?: string;
}

export interface NtlmServerOptions extends LogonPolicy {
  readonly names: ServerNames;
  /** What a client must have agreed on to be let in. */
  readonly protection: Protection;
  /** Flags that this server does not know, such as EXTENDED_SESSION_SECURITY before Windows NT 4.0 SP4. */
  readonly without?: number;
  /** Tell the time, which makes clients since Windows Vista protect the exchange with a MIC. */
  readonly timestamp?: boolean;
  readonly version?: NtlmVersion;
  /** Where challenges come from; default: the system. */
  readonly random: (length: number) => Uint8Array;
  /** ms since 1970. */
  readonly now: () => number;
}

/** Who was let in. */
export interface NtlmIdentity {
  readonly user: string;
  readonly domain: string;
  readonly workstation: string;
  readonly anonymous: boolean;
}

export type ServerStep =
  | { readonly kind: 'challenge'; readonly token: Uint8Array }
  | { readonly kind: 'accepted'; readonly identity: NtlmIdentity }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly user: string; readonly domain: string };

const OFFERED = [
  'UNICODE',
  'REQUEST_TARGET',
  'SIGN',
  'SEAL',
  'NTLM',
  'ALWAYS_SIGN',
  'EXTENDED_SESSION_SECURITY',
  'KEY_128',
  'KEY_56',
  'KEY_EXCHANGE',
] as const;

interface SentChallenge {
  readonly token: Uint8Array;
  readonly serverChallenge: Uint8Array;
  readonly flags: number;
}

/**
 * The server's side of one logon. Over a connection: `step(negotiate)` answers with a challenge, `step(authenticate)`
 * judges; over datagrams the first is `step(null)`. A challenge is good for one answer.
 */
export class NtlmServerContext<Session extends NtlmSession> {
  readonly #form: NtlmForm<Session>;
  readonly #options: NtlmServerOptions;
  #negotiate: Uint8Array = new Uint8Array(0);
  #state: 'new' | 'ended' | SentChallenge = 'new';
  #session: Session | null = null;

  constructor(form: NtlmForm<Session>, options: NtlmServerOptions) {
    this.#form = form;
    this.#options = options;
  }

  /** Null until the client was let in. */
  get session(): Session | null {
    return this.#session;
  }

  /** Throws RemoteProtocolError for a malformed message and for one that was not asked for. */
  step(token: Uint8Array | null): ServerStep {
    const state = this.#state;
    if (state === 'new') return this.#challenge(token);
    if (state === 'ended' || token === null) throw new RemoteProtocolError('an NTLMSSP message out of turn');
    this.#state = 'ended';
    return this.#judge(token, state);
  }

  wipe(): void {
    this.#session?.wipe();
  }

  #challenge(negotiate: Uint8Array | null): ServerStep {
    const datagram = this.#form.flags.includes('DATAGRAM');
    if (datagram !== (negotiate === null)) throw new RemoteProtocolError('an NTLMSSP exchange of the other form');
    if (negotiate !== null) this.#negotiate = negotiate.slice();
    const flags = this.#offer(negotiate === null ? null : decodeNegotiate(negotiate).flags);
    const serverChallenge = this.#options.random(8);
    const message = encodeChallenge({
      targetName: hasFlag(flags, 'REQUEST_TARGET') ? this.#options.names.netbiosDomain : '',
      flags,
      serverChallenge,
      targetInfo: hasFlag(flags, 'TARGET_INFO') ? this.#targetInfo() : null,
      version: this.#options.version ?? null,
    });
    const token = datagram ? padded(message) : message;
    this.#state = { token, serverChallenge, flags };
    return { kind: 'challenge', token };
  }

  #offer(asked: number | null): number {
    const { names, version, without = 0 } = this.#options;
    const type = names.netbiosComputer === names.netbiosDomain ? 'TARGET_TYPE_SERVER' : 'TARGET_TYPE_DOMAIN';
    const optional = ntlmFlags(
      ...OFFERED,
      ...this.#form.flags,
      ...(version === undefined ? [] : (['VERSION'] as const)),
    );
    const agreed = asked === null ? optional : commonFlags(optional, asked);
    return commonFlags(agreed | ntlmFlags('NTLM', 'TARGET_INFO', type), ~without);
  }

  #targetInfo(): AvPair[] {
    const { netbiosComputer, netbiosDomain, dnsComputer, dnsDomain } = this.#options.names;
    const pairs: AvPair[] = [
      { id: AV.netbiosDomainName, value: toUtf16(netbiosDomain) },
      { id: AV.netbiosComputerName, value: toUtf16(netbiosComputer) },
    ];
    if (dnsDomain !== undefined) pairs.push({ id: AV.dnsDomainName, value: toUtf16(dnsDomain) });
    if (dnsComputer !== undefined) pairs.push({ id: AV.dnsComputerName, value: toUtf16(dnsComputer) });
    if (!this.#options.timestamp) return pairs;
    const time = new Writer().u64(msToFiletime(this.#options.now())).finish();
    return [...pairs, { id: AV.timestamp, value: time }];
  }

  #judge(token: Uint8Array, challenge: SentChallenge): ServerStep {
    const message = decodeAuthenticate(token);
    const { user, domain, workstation } = message;
    const logon = logOn(message, challenge.serverChallenge, this.#options, this.#options.now());
    if (logon.refusal !== null) return { kind: 'refused', refusal: logon.refusal, user, domain };
    const flags = commonFlags(message.flags, challenge.flags);
    const needed = [...this.#form.flags, ...PROTECTION_FLAGS[this.#options.protection]];
    if (needed.some((name) => !hasFlag(flags, name))) return { kind: 'refused', refusal: 'unprotected', user, domain };
    const sessionKey = sessionKeyOf(message, flags, logon.keyExchangeKey);
    if (logon.withMic && !this.#micAgrees(token, message, challenge, sessionKey))
      return { kind: 'refused', refusal: 'altered', user, domain };
    this.#session = this.#form.newSession(flags, sessionKey, 'server');
    sessionKey.fill(0);
    return { kind: 'accepted', identity: { user, domain, workstation, anonymous: logon.account === null } };
  }

  #micAgrees(token: Uint8Array, message: AuthenticateMessage, sent: SentChallenge, sessionKey: Uint8Array): boolean {
    if (message.mic === null) return false;
    return equalInConstantTime(message.mic, hmacMd5(sessionKey, this.#negotiate, sent.token, withoutMic(token)));
  }
}

function sessionKeyOf(message: AuthenticateMessage, flags: number, keyExchangeKey: Uint8Array): Uint8Array {
  if (!hasFlag(flags, 'KEY_EXCHANGE')) return keyExchangeKey;
  if (message.encryptedSessionKey.length !== 16)
    throw new RemoteProtocolError(`a session key of ${message.encryptedSessionKey.length} bytes`);
  return rc4(keyExchangeKey, message.encryptedSessionKey);
}

/** To a multiple of 4 bytes: a C706 client wants a challenge in conv_who_are_you_auth to end where its stub does. */
function padded(message: Uint8Array): Uint8Array {
  const result = new Uint8Array((message.length + 3) & ~3);
  result.set(message);
  return result;
}
