import { RemoteProtocolError } from '../../status/errors.ts';
import { SIGNATURE_LENGTH } from '../ntlm/signature.ts';
import type { StreamSession } from '../ntlm/stream-session.ts';

/** What one end says next. */
export interface SecurityStep {
  readonly token: Uint8Array | null;
  /** Nothing more of the peer is needed. */
  readonly done: boolean;
}

/** One end of NTLM over a connection, once the messages of a logon are exchanged: the header is signed with the rest. */
export abstract class SessionSecurity {
  readonly signatureLength: number = SIGNATURE_LENGTH;
  /** Messages of the peer that were what it signed. */
  opened = 0;

  /** The session; null before the end of the logon. */
  abstract get session(): StreamSession | null;

  abstract step(token: Uint8Array | null): SecurityStep;

  sign(message: Uint8Array): Uint8Array {
    return this.#agreed.sign(message);
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#count(this.#agreed.verify(message, signature));
  }

  seal(message: Uint8Array, data: Uint8Array): Uint8Array {
    const { sealed, signature } = this.#agreed.seal(data, message);
    data.set(sealed);
    return signature;
  }

  unseal(message: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
    const whole = (plain: Uint8Array): Uint8Array => {
      data.set(plain);
      return message;
    };
    return this.#count(this.#agreed.unseal({ sealed: data, signature }, whole) !== null);
  }

  #count(genuine: boolean): boolean {
    if (genuine) this.opened += 1;
    return genuine;
  }

  get #agreed(): StreamSession {
    if (this.session === null) throw new RemoteProtocolError('a protected message ahead of the logon');
    return this.session;
  }
}
