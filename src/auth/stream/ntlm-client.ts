import { isClusError } from '../../status/errors.ts';
import { AUTH_LEVEL, type AuthLevel } from '../datagram/level.ts';
import { NtlmClientContext, type NtlmClientOptions } from '../ntlm/client-context.ts';
import { type Protection, STREAM_FORM } from '../ntlm/form.ts';
import type { StreamSession } from '../ntlm/stream-session.ts';
import { type SecurityStep, SessionSecurity } from './session-security.ts';

export interface NtlmConnectionOptions extends Omit<NtlmClientOptions, 'protection'> {
  readonly level: AuthLevel;
  /** Told of every AUTHENTICATE_MESSAGE that a server is about to get, and of challenges that cannot be answered. */
  readonly onLogon?: (problem: Error | null) => void;
}

/** What NTLM has to agree on for a level; at connect nothing but the bind is authenticated. */
export const STREAM_PROTECTION: Readonly<Record<AuthLevel, Protection>> = {
  connect: 'none',
  packet: 'sign',
  integrity: 'sign',
  privacy: 'seal',
};

/** The client's end of a logon over a connection: NEGOTIATE_MESSAGE, then AUTHENTICATE_MESSAGE ([MS-NLMP] 1.3.1.1). */
export class NtlmConnectionClient extends SessionSecurity {
  readonly level: number;
  readonly #context: NtlmClientContext<StreamSession>;
  readonly #onLogon: NtlmConnectionOptions['onLogon'];

  constructor({ level, onLogon, ...options }: NtlmConnectionOptions) {
    super();
    this.level = AUTH_LEVEL[level];
    this.#onLogon = onLogon;
    this.#context = new NtlmClientContext(STREAM_FORM, { ...options, protection: STREAM_PROTECTION[level] });
  }

  get session(): StreamSession | null {
    return this.#context.session;
  }

  /** Throws RemoteProtocolError for a challenge that is malformed or offers less than the level needs. */
  step(token: Uint8Array | null): SecurityStep {
    try {
      const step = this.#context.step(token);
      if (step.done) this.#onLogon?.(null);
      return step;
    } catch (error) {
      if (isClusError(error)) this.#onLogon?.(error);
      throw error;
    }
  }

  /** Zeroes the keys. */
  wipe(): void {
    this.#context.wipe();
  }
}
