import { upperCase } from './one-way.ts';

/** An account as a server keeps it: no password, only its hashes. */
export interface Account {
  readonly name: string;
  /** Empty: an account of the server itself, whatever domain the client names. */
  readonly domain: string;
  /** NTOWFv1, 16 bytes. */
  readonly ntHash: Uint8Array;
  readonly state: AccountState;
}

/** What stands in the way of a logon with the right password. */
export const ACCOUNT_STATES = ['enabled', 'disabled', 'account-expired', 'password-expired'] as const;
/** One of ACCOUNT_STATES. */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** When an account is locked: after so many failed logons, and for how long. */
export interface LockOut {
  /** Wrong passwords in a row that lock an account; 0: never. */
  readonly after: number;
  /** ms. */
  readonly lasts: number;
}

const NO_LOCK_OUT: LockOut = { after: 0, lasts: 0 };

/** The accounts of one server, and who has been locked out: hidden from inspection. */
export class Accounts {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #lockOut: LockOut;
  readonly #failures = new Map<Account, { count: number; lastAt: number }>();

  constructor(accounts: Iterable<Account>, lockOut: LockOut = NO_LOCK_OUT) {
    this.#accounts = new Map(Array.from(accounts, (account) => [keyOf(account.name, account.domain), account]));
    this.#lockOut = lockOut;
  }

  /** The account of that name and domain, in any case; undefined: there is none. */
  find(name: string, domain: string): Account | null {
    return this.#accounts.get(keyOf(name, domain)) ?? this.#accounts.get(keyOf(name, '')) ?? null;
  }

  /** Whether too many logons have failed. */
  isLockedOut(account: Account, now: number): boolean {
    const failures = this.#failures.get(account);
    if (failures === undefined || this.#lockOut.after === 0) return false;
    return failures.count >= this.#lockOut.after && now < failures.lastAt + this.#lockOut.lasts;
  }

  /** Counts a failed logon. */
  failed(account: Account, now: number): void {
    const before = this.#failures.get(account);
    const expired = before === undefined || now >= before.lastAt + this.#lockOut.lasts;
    if (this.isLockedOut(account, now)) return;
    this.#failures.set(account, { count: expired ? 1 : before.count + 1, lastAt: now });
  }

  /** A logon succeeded: the count begins anew. */
  succeeded(account: Account): void {
    this.#failures.delete(account);
  }
}

function keyOf(name: string, domain: string): string {
  return `${upperCase(domain)}\\${upperCase(name)}`;
}
