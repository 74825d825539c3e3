import { ACCOUNT_STATES, type Account, type AccountState } from '../auth/ntlm/accounts.ts';
import { ntHash } from '../auth/ntlm/one-way.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { toUtf16 } from '../bytes/utf16.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';

/*
 * Accounts one a line, `[DOMAIN\]name:NT hash[:state]`, the hash in 32 hexadecimal digits; `#` begins a line of comment.
 * The hash is as good as the password: such a file is for its owner's eyes only.
 */

const LINE = /^(?:([^\\:]*)\\)?([^\\:]+):([0-9a-f]{32})(?::([a-z-]+))?$/i;

/** Throws LocalMisuseError that names the line, and never shows what stands in it. */
export function parseUserFile(text: string, name: string): Account[] {
  const accounts = text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const [, domain = '', user = '', hash = '', state = 'enabled'] = LINE.exec(trimmed) ?? [];
    const known = ACCOUNT_STATES.find((each) => each === state);
    if (user === '' || known === undefined) {
      throw new LocalMisuseError(`${name}, line ${index + 1}: not [DOMAIN\\]name:NT hash[:state]`, {
        code: 'ERR_CLUSRPC_INVALID_INPUT',
      });
    }
    return [{ name: user, domain, ntHash: fromHex(hash), state: known }];
  });
  if (accounts.length > 0) return accounts;
  throw new LocalMisuseError(`${name} names no user`, { code: 'ERR_CLUSRPC_INVALID_INPUT' });
}

/** Somebody that an emulated host knows, for tests: in earnest no password is kept. */
export interface EmulatedUser {
  /** `name` or `DOMAIN\\name`. */
  readonly user: string;
  readonly password: string;
  /** Default enabled. */
  readonly state?: AccountState;
}

export function accountOf({ user, password, state = 'enabled' }: EmulatedUser): Account {
  const [name = '', domain = ''] = user.split('\\', 2).reverse();
  return { name, domain, ntHash: ntHash(toUtf16(password)), state };
}

/** The line of an enabled account; `password` in UTF-16LE. Throws LocalMisuseError for a name that the file cannot hold. */
export function userLine(user: string, password: Uint8Array): string {
  const line = `${user}:${toHex(ntHash(password))}`;
  if (LINE.test(line) && !user.startsWith('#')) return line;
  throw invalidOption(`${JSON.stringify(user)} is no [DOMAIN\\]name`);
}
