import { parseDialect } from '../auth/datagram/dialect.ts';
import { AUTH_LEVEL, type AuthLevel } from '../auth/datagram/level.ts';
import type { NtlmProviderOptions } from '../auth/datagram/server-security.ts';
import { type Account, Accounts, type LockOut } from '../auth/ntlm/accounts.ts';
import type { Refusal } from '../auth/ntlm/logon.ts';
import { upperCase } from '../auth/ntlm/one-way.ts';
import type { RpcCallerIdentity } from '../server/rpc-server.ts';
import { invalidOption } from '../status/options.ts';
import { win32Code } from '../status/win32.ts';

export interface AccessOptions {
  /** Whom the host knows; default: it has no NTLM. */
  readonly users?: readonly Account[];
  /** Default: an account is never locked. */
  readonly lockOut?: LockOut;
  /** Every operation of the Cluster service faults with 5, access denied, for who is not authenticated. */
  readonly requireAuth?: boolean;
  /** As requireAuth, for callers below this level. */
  readonly minAuth?: AuthLevel | 'none';
  /** The cluster's security descriptor: `name` or `DOMAIN\name` of who may open it; default: everybody who comes so far. */
  readonly mayOpen?: readonly string[];
  /** Let NTLMv1 pass. */
  readonly ntlmV1?: boolean;
  /** The only NTLM dialect that it understands, as `call,protected`; default: all of them. */
  readonly ntlmDialect?: string;
}

export interface LoggedLogon {
  /** ms since 1970. */
  readonly time: number;
  readonly user: string;
  readonly domain: string;
  /** Null: let in. */
  readonly refusal: Refusal | null;
}

const MOST_LOGGED = 10_000;
const DENIED = win32Code('ERROR_ACCESS_DENIED');

/** Who may do what at an emulated host, and who tried. */
export class Access {
  readonly #options: AccessOptions;
  readonly #now: () => number;
  readonly #accounts: Accounts | null;
  readonly #dialect: Pick<NtlmProviderOptions, 'dialect' | 'strict'>;
  readonly #least: number;
  readonly #openers: ReadonlySet<string> | null;
  readonly #logons: LoggedLogon[] = [];
  readonly #counts = { logons: 0, refused: 0 };

  /** Throws LocalMisuseError when callers are to be authenticated but nobody could be. */
  constructor(options: AccessOptions, now: () => number) {
    const { users, lockOut, requireAuth = false, minAuth = requireAuth ? 'connect' : 'none', mayOpen } = options;
    if (mayOpen !== undefined && users === undefined) throw invalidOption('mayOpen needs users');
    this.#options = options;
    this.#now = now;
    this.#accounts = users === undefined ? null : new Accounts(users, lockOut);
    const { ntlmDialect } = options;
    this.#dialect = ntlmDialect === undefined ? {} : { dialect: parseDialect(ntlmDialect), strict: true };
    this.#least = minAuth === 'none' ? 0 : AUTH_LEVEL[minAuth];
    this.#openers = mayOpen === undefined ? null : new Set(mayOpen.map(upperCase));
  }

  /** What the RPC server of a node needs; undefined: it knows no NTLM. */
  ntlm(node: string): Omit<NtlmProviderOptions, 'random' | 'now'> | undefined {
    const { users = [], ntlmV1 = false } = this.#options;
    if (this.#accounts === null) return undefined;
    const netbiosDomain = users.find(({ domain }) => domain !== '')?.domain ?? node;
    return {
      accounts: this.#accounts,
      names: { netbiosComputer: node, netbiosDomain },
      version1: ntlmV1,
      ...this.#dialect,
      onLogon: (logon) => {
        if (this.#logons.length === MOST_LOGGED) this.#logons.shift();
        this.#logons.push({ time: this.#now(), ...logon });
        this.#counts.logons += 1;
        this.#counts.refused += logon.refusal === null ? 0 : 1;
      },
    };
  }

  /** The fault that an operation ends with for this caller; null: none. */
  refusal(caller: RpcCallerIdentity | null): number | null {
    const level = caller === null || caller.anonymous ? 0 : AUTH_LEVEL[caller.level];
    return level < this.#least ? DENIED : null;
  }

  /** Whether this caller is given handles. */
  mayOpen(caller: RpcCallerIdentity | null): boolean {
    if (this.#openers === null) return true;
    if (caller === null || caller.anonymous) return false;
    const { user, domain } = caller;
    return this.#openers.has(upperCase(user)) || this.#openers.has(upperCase(`${domain}\\${user}`));
  }

  get counts(): { readonly logons: number; readonly refused: number } {
    return this.#counts;
  }

  get logons(): readonly LoggedLogon[] {
    return this.#logons;
  }
}
