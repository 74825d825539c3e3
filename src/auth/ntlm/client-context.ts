import { hmacMd5 } from '../../crypto/md5.ts';
import { rc4 } from '../../crypto/rc4.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import { encodeAuthenticate, setMic } from './authenticate.ts';
import { type ChallengeMessage, decodeChallenge } from './challenge.ts';
import { anonymousAnswer, type ChallengeAnswer, v1Answer, v2Answer } from './client-answer.ts';
import type { NtlmCredential } from './credential.ts';
import { commonFlags, hasFlag, type NtlmFlagName, ntlmFlags } from './flags.ts';
import { type NtlmForm, type NtlmSession, PROTECTION_FLAGS, type Protection } from './form.ts';
import type { NtlmVersion } from './message.ts';
import { encodeNegotiate } from './negotiate.ts';

export interface NtlmClientOptions {
  /** Null: anonymous. */
  readonly credential: NtlmCredential | null;
  readonly workstation: string;
  readonly protection: Protection;
  /** Answer as NTLMv1, for servers that know nothing else; also does without extended session security then. */
  readonly version1?: boolean;
  /** The service that is meant, such as `RPCSS/host`: a newer server compares it with its own. */
  readonly servicePrincipal?: string;
  /** MD5 of the channel bindings, 16 bytes. */
  readonly channelBindings?: Uint8Array;
  readonly random: (length: number) => Uint8Array;
  /** ms since 1970. */
  readonly now: () => number;
}

export interface ClientStep {
  /** For the server; empty: there is nothing to say yet (datagrams: the server speaks first). */
  readonly token: Uint8Array;
  readonly done: boolean;
}

const VERSION: NtlmVersion = { major: 5, minor: 0, build: 2195, revision: 0x0f };

const WANTED = ntlmFlags(
  'UNICODE',
  'REQUEST_TARGET',
  'NTLM',
  'ALWAYS_SIGN',
  'EXTENDED_SESSION_SECURITY',
  'TARGET_INFO',
  'VERSION',
  'KEY_128',
  'KEY_56',
  'KEY_EXCHANGE',
);

/**
 * The client's side of one logon. Over a connection: `step(null)` makes the NEGOTIATE_MESSAGE, `step(challenge)` the
 * AUTHENTICATE_MESSAGE. Over datagrams `step(null)` has nothing to send but the session is there already, with the keys
 * that the AUTHENTICATE_MESSAGE will hand over.
 */
export class NtlmClientContext<Session extends NtlmSession> {
  readonly #form: NtlmForm<Session>;
  readonly #options: NtlmClientOptions;
  readonly #needed: readonly NtlmFlagName[];
  readonly #wanted: number;
  /** Exported to the server under the key that both can compute, where keys are exchanged. */
  readonly #randomKey: Uint8Array;
  #negotiate: Uint8Array = new Uint8Array(0);
  #flags = 0;
  #session: Session | null = null;

  constructor(form: NtlmForm<Session>, options: NtlmClientOptions) {
    this.#form = form;
    this.#options = options;
    this.#needed = [...form.flags, ...PROTECTION_FLAGS[options.protection], 'NTLM'];
    const lm = options.version1 && options.credential?.use((_, lmHash) => lmHash !== null);
    this.#wanted = (WANTED | ntlmFlags(...this.#needed, ...(lm ? (['LM_KEY'] as const) : []))) >>> 0;
    this.#randomKey = options.random(16);
  }

  /** Null until the keys are known. */
  get session(): Session | null {
    return this.#session;
  }

  /** What was agreed on, or is about to be. */
  get flags(): number {
    return this.#flags;
  }

  /** Throws RemoteProtocolError for a malformed challenge and for one that offers less than has to be. */
  step(token: Uint8Array | null): ClientStep {
    return token === null ? this.#begin() : { token: this.#answer(token), done: true };
  }

  wipe(): void {
    this.#randomKey.fill(0);
    this.#session?.wipe();
  }

  #begin(): ClientStep {
    if (hasFlag(this.#wanted, 'DATAGRAM')) this.#agree(this.#wanted, this.#randomKey);
    else this.#negotiate = encodeNegotiate({ flags: this.#wanted, version: VERSION });
    return { token: this.#negotiate, done: false };
  }

  #answer(token: Uint8Array): Uint8Array {
    const challenge = decodeChallenge(token);
    const flags = this.#finalFlags(challenge);
    const answer = this.#prove(challenge, flags);
    const exchange = hasFlag(flags, 'KEY_EXCHANGE');
    const sessionKey = exchange ? this.#randomKey : answer.keyExchangeKey;
    const { credential, workstation } = this.#options;
    const message = encodeAuthenticate({
      lmResponse: answer.lmResponse,
      ntResponse: answer.ntResponse,
      domain: credential?.domain ?? '',
      user: credential?.user ?? '',
      workstation,
      encryptedSessionKey: exchange ? rc4(answer.keyExchangeKey, sessionKey) : new Uint8Array(0),
      flags,
      version: hasFlag(flags, 'VERSION') ? VERSION : null,
      mic: answer.withMic ? new Uint8Array(16) : null,
    });
    if (answer.withMic) setMic(message, hmacMd5(sessionKey, this.#negotiate, token, message));
    this.#agree(flags, sessionKey);
    answer.keyExchangeKey.fill(0);
    return message;
  }

  #prove(challenge: ChallengeMessage, flags: number): ChallengeAnswer {
    const { credential, version1 = false, servicePrincipal = null, channelBindings = null } = this.#options;
    if (credential === null) return anonymousAnswer();
    const clientChallenge = this.#options.random(8);
    if (version1) return v1Answer(credential, challenge, flags, clientChallenge);
    return v2Answer(credential, challenge, {
      clientChallenge,
      now: this.#options.now(),
      servicePrincipal,
      channelBindings,
    });
  }

  #finalFlags(challenge: ChallengeMessage): number {
    const { credential, version1 } = this.#options;
    const needed = version1 ? this.#needed : ([...this.#needed, 'EXTENDED_SESSION_SECURITY'] as const);
    const missing = needed.find((name) => !hasFlag(challenge.flags, name));
    if (missing !== undefined) throw new RemoteProtocolError(`the server's NTLM offers no ${missing}`);
    const requestTarget = ntlmFlags('REQUEST_TARGET');
    const agreed = commonFlags(this.#wanted, challenge.flags | requestTarget);
    return credential === null ? (agreed | ntlmFlags('ANONYMOUS')) >>> 0 : agreed;
  }

  #agree(flags: number, sessionKey: Uint8Array): void {
    if (flags === this.#flags) return;
    this.#session?.wipe();
    this.#flags = flags;
    this.#session = this.#form.newSession(flags, sessionKey, 'client');
  }
}
