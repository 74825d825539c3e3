import { equalInConstantTime } from '../../crypto/equal.ts';
import type { HmacMd5 } from '../../crypto/md5.ts';
import { Rc4 } from '../../crypto/rc4.ts';
import { hasFlag } from './flags.ts';
import { type Sender, sealingKey, signerOf } from './keys.ts';
import { crcMac, DUMMY_SIGNATURE, extendedMac, SIGNATURE_LENGTH } from './signature.ts';

interface Direction {
  /** Null: without extended session security. */
  readonly signer: HmacMd5 | null;
  readonly sealingKey: Uint8Array;
  cipher: Rc4;
  sequence: number;
}

export interface SealedMessage {
  readonly sealed: Uint8Array;
  /** 16 bytes. */
  readonly signature: Uint8Array;
}

/**
 * Signs and seals over a connection ([MS-NLMP] 3.4): one RC4 stream and one sequence number for each direction, both for
 * the two together without extended session security. Messages have to arrive in order; after one that does not verify
 * nothing will.
 */
export class StreamSession {
  readonly signatureLength: number = SIGNATURE_LENGTH;
  readonly #flags: number;
  readonly #own: Direction;
  readonly #peer: Direction;

  constructor(flags: number, sessionKey: Uint8Array, side: Sender) {
    const direction = (sender: Sender): Direction => {
      const key = sealingKey(flags, sessionKey, sender);
      return { signer: signerOf(flags, sessionKey, sender), sealingKey: key, cipher: new Rc4(key), sequence: 0 };
    };
    this.#flags = flags;
    this.#own = direction(side);
    const separate = hasFlag(flags, 'EXTENDED_SESSION_SECURITY');
    this.#peer = separate ? direction(side === 'client' ? 'server' : 'client') : this.#own;
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#mac(this.#own, message);
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return sameSignature(this.#flags, this.#mac(this.#peer, message), signature);
  }

  /** Encrypts `plain` and signs `signed`: the plain text with what stands around it, where headers are signed too. */
  seal(plain: Uint8Array, signed: Uint8Array = plain): SealedMessage {
    return { sealed: this.#own.cipher.apply(plain), signature: this.#mac(this.#own, signed) };
  }

  /** The plain text; null: it was changed on the way. `signed` puts back around it what the peer signed with it. */
  unseal(message: SealedMessage, signed: (plain: Uint8Array) => Uint8Array = (plain) => plain): Uint8Array | null {
    const plain = this.#peer.cipher.apply(message.sealed);
    return this.verify(signed(plain), message.signature) ? plain : null;
  }

  /** Whether its signatures are more than a constant. */
  get signs(): boolean {
    return hasFlag(this.#flags, 'SIGN') || hasFlag(this.#flags, 'SEAL');
  }

  /** Begins both RC4 streams anew, as SPNEGO wants it behind the signatures of its list of mechanisms ([MS-SPNG] 3.3.5.1). */
  restart(): void {
    for (const direction of new Set([this.#own, this.#peer])) {
      direction.cipher.wipe();
      direction.cipher = new Rc4(direction.sealingKey);
    }
  }

  wipe(): void {
    for (const { signer, sealingKey, cipher } of [this.#own, this.#peer]) {
      signer?.wipe();
      sealingKey.fill(0);
      cipher.wipe();
    }
  }

  #mac(direction: Direction, message: Uint8Array): Uint8Array {
    if (!this.signs) return DUMMY_SIGNATURE.slice();
    const sequence = direction.sequence;
    direction.sequence = (sequence + 1) >>> 0;
    if (direction.signer === null) return crcMac(direction.cipher, sequence, message);
    const cipher = hasFlag(this.#flags, 'KEY_EXCHANGE') ? direction.cipher : null;
    return extendedMac(direction.signer, cipher, sequence, message);
  }
}

/** Bytes 4 to 7 carry nothing without extended session security, and some senders leave them zero. */
export function sameSignature(flags: number, expected: Uint8Array, found: Uint8Array): boolean {
  const from = hasFlag(flags, 'EXTENDED_SESSION_SECURITY') ? 0 : 8;
  return found.length === SIGNATURE_LENGTH && equalInConstantTime(expected, found, from);
}
