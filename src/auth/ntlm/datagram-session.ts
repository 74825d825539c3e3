import { readU32, writeU32 } from '../../bytes/integers.ts';
import { type HmacMd5, md5 } from '../../crypto/md5.ts';
import { Rc4 } from '../../crypto/rc4.ts';
import { hasFlag } from './flags.ts';
import { type Sender, sealingKey, signerOf } from './keys.ts';
import { crcMac, DUMMY_SIGNATURE, extendedMac, SIGNATURE_LENGTH } from './signature.ts';
import { type SealedMessage, sameSignature } from './stream-session.ts';

const NOTHING_YET = new Uint8Array(1);

interface Direction {
  /** Null: without extended session security. */
  readonly signer: HmacMd5 | null;
  readonly sealingKey: Uint8Array;
}

/**
 * Signs and seals datagrams ([MS-NLMP] 3.4): every message has an RC4 stream of its own, made of the sealing key and of
 * the sequence number that the caller supplies, so that messages may be lost, doubled and overtake each other. The MAC is
 * over the plain text, its encryption goes on where that of the text stopped.
 */
export class DatagramSession {
  readonly signatureLength: number = SIGNATURE_LENGTH;
  readonly #flags: number;
  readonly #own: Direction;
  readonly #peer: Direction;
  /** Of one message after the other. */
  readonly #cipher = new Rc4(NOTHING_YET);
  readonly #number = new Uint8Array(4);

  constructor(flags: number, sessionKey: Uint8Array, side: Sender) {
    const direction = (sender: Sender): Direction => ({
      signer: signerOf(flags, sessionKey, sender),
      sealingKey: sealingKey(flags, sessionKey, sender),
    });
    this.#flags = flags;
    this.#own = direction(side);
    this.#peer = direction(side === 'client' ? 'server' : 'client');
  }

  sign(message: Uint8Array, sequence: number): Uint8Array {
    return this.#mac(this.#own, this.#cipherOf(this.#own, sequence), sequence, message);
  }

  /** `sequence` is what `sequenceOf` read from the signature, or what the caller expects where it says nothing. */
  verify(message: Uint8Array, signature: Uint8Array, sequence: number): boolean {
    const expected = this.#mac(this.#peer, this.#cipherOf(this.#peer, sequence), sequence, message);
    return sameSignature(this.#flags, expected, signature);
  }

  /** Encrypts `plain` and signs `signed`, which is as a rule the same. */
  seal(plain: Uint8Array, sequence: number, signed: Uint8Array = plain): SealedMessage {
    const cipher = this.#cipherOf(this.#own, sequence);
    return { sealed: cipher.apply(plain), signature: this.#mac(this.#own, cipher, sequence, signed) };
  }

  /** The plain text; null: it was changed on the way. `signed` makes of it what the peer signed. */
  unseal(
    { sealed, signature }: SealedMessage,
    sequence: number,
    signed: (plain: Uint8Array) => Uint8Array = (plain) => plain,
  ): Uint8Array | null {
    const cipher = this.#cipherOf(this.#peer, sequence);
    const plain = cipher.apply(sealed);
    const expected = this.#mac(this.#peer, cipher, sequence, signed(plain));
    return sameSignature(this.#flags, expected, signature) ? plain : null;
  }

  /** The sequence number that stands in a signature; null: it is encrypted with it, without extended session security. */
  sequenceOf(signature: Uint8Array): number | null {
    const inClear = hasFlag(this.#flags, 'EXTENDED_SESSION_SECURITY') && signature.length === SIGNATURE_LENGTH;
    return inClear ? readU32(signature, 12, true) : null;
  }

  wipe(): void {
    for (const { signer, sealingKey } of [this.#own, this.#peer]) {
      signer?.wipe();
      sealingKey.fill(0);
    }
    this.#cipher.wipe();
  }

  #cipherOf({ sealingKey }: Direction, sequence: number): Rc4 {
    writeU32(this.#number, 0, sequence, true);
    return this.#cipher.restart(md5(sealingKey, this.#number));
  }

  #mac(direction: Direction, cipher: Rc4, sequence: number, message: Uint8Array): Uint8Array {
    if (!hasFlag(this.#flags, 'SIGN') && !hasFlag(this.#flags, 'SEAL')) return DUMMY_SIGNATURE.slice();
    if (direction.signer === null) {
      const signature = crcMac(cipher, sequence, message);
      return signature.fill(0, 4, 8);
    }
    return extendedMac(direction.signer, cipher, sequence, message);
  }
}
