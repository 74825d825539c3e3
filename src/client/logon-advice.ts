/* What to do about a logon that failed. */

export const OTHER_DIALECT =
  'The server took the logon and answers nothing since: it may number, pad or sign datagrams in another way. `ntlmDialect: auto` tries them all.';
export const NO_DIALECT =
  'The server took the logon and understood none of the ways to number, pad and sign datagrams; `timeout` gives each of them more time.';

/** Of a refusal that says no more. */
export const WRONG =
  'The server does not know this user or the password is wrong; it says no more than that. Check domain, name and password before the next try: failures may lock the account.';

/** By the code of a refusal. */
export const ADVICE: Readonly<Record<string, string>> = {
  ERROR_ACCOUNT_LOCKED_OUT: 'The account is locked after too many wrong passwords: wait, or have it unlocked.',
  ERROR_ACCOUNT_DISABLED: 'The account is disabled: have it enabled, or name another one.',
  ERROR_ACCOUNT_EXPIRED: 'The account has expired: have it prolonged, or name another one.',
  ERROR_PASSWORD_EXPIRED: 'The password has expired: change it, then try again.',
  ERROR_TIME_SKEW: 'The clocks of this machine and of the server are too far apart for NTLMv2: set them.',
  RPC_S_UNKNOWN_AUTHN_SERVICE: 'The server has no NTLM: try without credentials.',
  RPC_S_UNSUPPORTED_AUTHN_LEVEL:
    'The server does not know this level of protection: choose another one with `authLevel`.',
};
