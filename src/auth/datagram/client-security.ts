import { isClusError, RemoteProtocolError } from '../../status/errors.ts';
import { NtlmClientContext, type NtlmClientOptions } from '../ntlm/client-context.ts';
import type { DatagramSession } from '../ntlm/datagram-session.ts';
import { DATAGRAM_FORM } from '../ntlm/form.ts';
import { NtlmActivitySecurity } from './activity-security.ts';
import { DEFAULT_DIALECT, type NtlmDialect } from './dialect.ts';
import { type AuthLevel, datagramLevel, PROTECTION_OF } from './level.ts';

export interface NtlmClientSecurityOptions extends Omit<NtlmClientOptions, 'protection'> {
  readonly level: AuthLevel;
  readonly dialect?: NtlmDialect;
  /** Told of every AUTHENTICATE_MESSAGE that a server is about to get, and of challenges that cannot be answered. */
  readonly onLogon?: (problem: Error | null) => void;
}

/** The client's end of an activity's context: it signs from the first request on, with keys that its answer hands over. */
export class NtlmClientSecurity extends NtlmActivitySecurity {
  readonly #context: NtlmClientContext<DatagramSession>;
  readonly #onLogon: ((problem: Error | null) => void) | undefined;
  #answered = false;

  constructor({ level: asked, dialect = DEFAULT_DIALECT, onLogon, ...options }: NtlmClientSecurityOptions) {
    const level = datagramLevel(asked);
    const context = new NtlmClientContext(DATAGRAM_FORM, { ...options, protection: PROTECTION_OF[level] });
    context.step(null);
    super({ level, dialect, key: 0, session: () => sessionOf(context) });
    this.#context = context;
    this.#onLogon = onLogon;
  }

  /** Zeroes the keys. */
  wipe(): void {
    this.#context.wipe();
  }

  /**
   * The AUTHENTICATE_MESSAGE; null: the server offers less than the level needs, or asks again before it has shown that it
   * took the first one, which may be a refusal that was lost.
   */
  answer(challenge: Uint8Array): Uint8Array | null {
    try {
      if (this.#answered && this.opened === 0) throw new RemoteProtocolError(ASKED_AGAIN);
      this.#answered = true;
      const { token } = this.#context.step(challenge);
      this.#onLogon?.(null);
      return token;
    } catch (error) {
      if (!isClusError(error)) throw error;
      this.#onLogon?.(error);
      return null;
    }
  }
}

const ASKED_AGAIN =
  'the server asks for the logon a second time: the first may have been refused, so it is not tried again';

function sessionOf({ session }: NtlmClientContext<DatagramSession>): DatagramSession {
  if (session === null) throw new Error('a datagram context has its session from the start');
  return session;
}
