import { lmHash, ntHash } from './one-way.ts';

export interface PasswordLogon {
  readonly user: string;
  /** Empty: the account is the server's own, or of no domain. */
  readonly domain: string;
  /** UTF-16LE. The caller may zero it afterwards. */
  readonly password: Uint8Array;
  /** Also answer with the LM hash, which is easily broken, where NTLMv1 without extended session security is spoken. */
  readonly lm?: boolean;
}

/** Who the client says to be, and the hashes that prove it: hidden from inspection, zeroed by `wipe`. */
export class NtlmCredential {
  readonly user: string;
  readonly domain: string;
  readonly #ntHash: Uint8Array;
  readonly #lmHash: Uint8Array | null;

  constructor({ user, domain, password, lm = false }: PasswordLogon) {
    this.user = user;
    this.domain = domain;
    this.#ntHash = ntHash(password);
    this.#lmHash = lm ? lmHash(password) : null;
  }

  /** Lends the hashes to a computation: do not keep them. */
  use<T>(compute: (ntHash: Uint8Array, lmHash: Uint8Array | null) => T): T {
    return compute(this.#ntHash, this.#lmHash);
  }

  wipe(): void {
    this.#ntHash.fill(0);
    this.#lmHash?.fill(0);
  }
}
