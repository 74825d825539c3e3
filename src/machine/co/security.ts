/** One end of a security provider's conversation, and what it agreed on: the machines know no more of it. */
export interface SecurityContext {
  /**
   * The peer's token in (null: there is none yet), the next one out. `done`: nothing more of the peer is needed. Throws when
   * the peer's token is broken or its credentials are wrong.
   */
  step(token: Uint8Array | null): { readonly token: Uint8Array | null; readonly done: boolean };
  /** Bytes of a signature. */
  readonly signatureLength: number;
  /** The signature of the next message that goes out. */
  sign(message: Uint8Array): Uint8Array;
  /** Whether it is that of the next message that comes in. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
  /** As sign, and then encrypts `data`, a view of a part of the message, in place. */
  seal(message: Uint8Array, data: Uint8Array): Uint8Array;
  /** As verify, after decrypting `data` in place. */
  unseal(message: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

/** The client end: which provider, and how much of a call it protects. */
export interface ClientSecurity {
  readonly type: number;
  readonly level: number;
  readonly context: SecurityContext;
}

/** The server end. */
export interface ServerSecurity extends SecurityContext {
  /** Who calls, such as `LAB\ops`, once the conversation is done; null: anonymous. */
  readonly user: string | null;
}

/** What an operation may know of its caller's authentication; null of it: none. */
export interface CallSecurity {
  readonly type: number;
  readonly level: number;
  readonly user: string | null;
  /** The provider's own object, which may know more of the caller. */
  readonly context: ServerSecurity;
}
