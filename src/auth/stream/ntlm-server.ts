import { RemoteProtocolError } from '../../status/errors.ts';
import { AUTH_LEVEL, AUTH_LEVELS, type AuthLevel } from '../datagram/level.ts';
import type { NtlmProviderOptions } from '../datagram/server-security.ts';
import { STREAM_FORM } from '../ntlm/form.ts';
import { type NtlmIdentity, NtlmServerContext } from '../ntlm/server-context.ts';
import type { StreamSession } from '../ntlm/stream-session.ts';
import { STREAM_PROTECTION } from './ntlm-client.ts';
import { type SecurityStep, SessionSecurity } from './session-security.ts';

/** The level of a connection by its number; null: none that can be given. A server raises call to packet. */
export function streamLevel(number: number): AuthLevel | null {
  if (number === AUTH_LEVEL.call) return 'packet';
  return AUTH_LEVELS.find((name) => AUTH_LEVEL[name] === number) ?? null;
}

/** The server's end of a logon over a connection, and who is at the other. */
export class NtlmConnectionServer extends SessionSecurity {
  readonly level: AuthLevel;
  readonly #context: NtlmServerContext<StreamSession>;
  readonly #onLogon: NtlmProviderOptions['onLogon'];
  #identity: NtlmIdentity | null = null;

  constructor(level: AuthLevel, { onLogon, dialect: _, ...options }: NtlmProviderOptions) {
    super();
    this.level = level;
    this.#onLogon = onLogon;
    this.#context = new NtlmServerContext(STREAM_FORM, { ...options, protection: STREAM_PROTECTION[level] });
  }

  get session(): StreamSession | null {
    return this.#context.session;
  }

  /** Who was let in; null before. */
  get identity(): NtlmIdentity | null {
    return this.#identity;
  }

  /** As `LAB\ops`; null: nobody yet, or anonymous. */
  get user(): string | null {
    if (this.#identity === null || this.#identity.anonymous) return null;
    const { user, domain } = this.#identity;
    return domain === '' ? user : `${domain}\\${user}`;
  }

  /** Throws RemoteProtocolError for a malformed message, and for a logon that is refused. */
  step(token: Uint8Array | null): SecurityStep {
    const step = this.#context.step(token ?? new Uint8Array(0));
    if (step.kind === 'challenge') return { token: step.token, done: false };
    if (step.kind === 'refused') {
      this.#onLogon?.({ user: step.user, domain: step.domain, refusal: step.refusal });
      throw new RemoteProtocolError(`the logon is refused: ${step.refusal}`);
    }
    const { user, domain } = step.identity;
    this.#onLogon?.({ user, domain, refusal: null });
    this.#identity = step.identity;
    return { token: null, done: true };
  }
}
