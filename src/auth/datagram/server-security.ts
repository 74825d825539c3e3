import { isClusError } from '../../status/errors.ts';
import { win32Code } from '../../status/win32.ts';
import type { DatagramSession } from '../ntlm/datagram-session.ts';
import { DATAGRAM_FORM } from '../ntlm/form.ts';
import type { Refusal } from '../ntlm/logon.ts';
import { type NtlmIdentity, NtlmServerContext, type NtlmServerOptions } from '../ntlm/server-context.ts';
import { type ActivitySecurityOptions, NtlmActivitySecurity } from './activity-security.ts';
import { DEFAULT_DIALECT, type NtlmDialect } from './dialect.ts';
import { type DatagramLevel, levelOfNumber, PROTECTION_OF } from './level.ts';

/** Whom a server lets in, and at which level. */
export interface NtlmProviderOptions extends Omit<NtlmServerOptions, 'protection'> {
  readonly dialect?: NtlmDialect;
  /** Understands nothing else. */
  readonly strict?: boolean;
  /** Every logon that was tried; `refusal` null: let in. */
  readonly onLogon?: (logon: {
    readonly user: string;
    readonly domain: string;
    readonly refusal: Refusal | null;
  }) => void;
}

/** The server's end of a context, and who is at the other. */
export class NtlmServerSecurity extends NtlmActivitySecurity {
  readonly identity: NtlmIdentity;

  constructor(options: ActivitySecurityOptions, identity: NtlmIdentity) {
    super(options);
    this.identity = identity;
  }
}

/**
 * What a refused client is told. Unknown users, wrong passwords and whatever may be an attack are one refusal; the state of
 * an account is told, since only who proved its password gets so far.
 */
const TOLD: Partial<Readonly<Record<Refusal, number>>> = {
  'locked-out': win32Code('ERROR_ACCOUNT_LOCKED_OUT'),
  disabled: win32Code('ERROR_ACCOUNT_DISABLED'),
  'account-expired': win32Code('ERROR_ACCOUNT_EXPIRED'),
  'password-expired': win32Code('ERROR_PASSWORD_EXPIRED'),
  'clock-off': win32Code('ERROR_TIME_SKEW'),
};

const ACCESS_DENIED = win32Code('ERROR_ACCESS_DENIED');
const UNSUPPORTED_LEVEL = win32Code('RPC_S_UNSUPPORTED_AUTHN_LEVEL');

/** The server's end of all NTLM contexts. */
export class NtlmProvider {
  readonly #options: NtlmProviderOptions;

  constructor(options: NtlmProviderOptions) {
    this.#options = options;
  }

  /** A context that a client has begun with a level and a key_vers_num, waiting for the AUTHENTICATE_MESSAGE. */
  accept(level: number, key: number) {
    const known = levelOfNumber(level);
    const context = new NtlmServerContext(DATAGRAM_FORM, {
      ...this.#options,
      protection: PROTECTION_OF[known ?? 'packet'],
    });
    const first = context.step(null);
    return {
      challenge: first.kind === 'challenge' ? first.token : new Uint8Array(0),
      /** The context, or the Win32 status that its calls are rejected with. Throws nothing. */
      finish: (token: Uint8Array): NtlmServerSecurity | number =>
        known === null ? UNSUPPORTED_LEVEL : this.#finish(context, token, known, key),
    };
  }

  #finish(
    context: NtlmServerContext<DatagramSession>,
    token: Uint8Array,
    level: DatagramLevel,
    key: number,
  ): NtlmServerSecurity | number {
    const { dialect = DEFAULT_DIALECT, strict, onLogon } = this.#options;
    try {
      const step = context.step(token);
      if (step.kind === 'refused') {
        onLogon?.({ user: step.user, domain: step.domain, refusal: step.refusal });
        return TOLD[step.refusal] ?? ACCESS_DENIED;
      }
      const { session } = context;
      if (step.kind !== 'accepted' || session === null) return ACCESS_DENIED;
      const { user, domain } = step.identity;
      onLogon?.({ user, domain, refusal: null });
      return new NtlmServerSecurity({ level, key, dialect, strict, session: () => session }, step.identity);
    } catch (error) {
      if (isClusError(error)) return ACCESS_DENIED;
      throw error;
    }
  }
}
