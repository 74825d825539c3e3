import { readU32, writeU32 } from '../../bytes/integers.ts';
import { type HmacMd5, md5To } from '../../crypto/md5.ts';
import { Rc4 } from '../../crypto/rc4.ts';
import { hasFlag } from './flags.ts';
import { type Sender, sealingKey, signerOf } from './keys.ts';
import { crcMac, DUMMY_SIGNATURE, SIGNATURE_LENGTH } from './signature.ts';
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
  readonly #digest = new Uint8Array(16);
  readonly #expected = new Uint8Array(SIGNATURE_LENGTH);

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
    return this.protect(message, sequence, false, new Uint8Array(SIGNATURE_LENGTH));
  }

  /** `sequence` is what `sequenceOf` read from the signature, or what the caller expects where it says nothing. */
  verify(message: Uint8Array, signature: Uint8Array, sequence: number): boolean {
    this.#restart(this.#peer, sequence);
    this.#mac(this.#peer, sequence, message, null, this.#expected);
    return sameSignature(this.#flags, this.#expected, signature);
  }

  /** Encrypts `plain` and signs `signed`, which is as a rule the same. */
  seal(plain: Uint8Array, sequence: number, signed: Uint8Array = plain): SealedMessage {
    const sealed = new Uint8Array(plain);
    const signature = new Uint8Array(SIGNATURE_LENGTH);
    this.#restart(this.#own, sequence);
    this.#mac(this.#own, sequence, signed, sealed, signature);
    return { sealed, signature };
  }

  /** Signs `text` into `signature`, and encrypts it where it stands. */
  protect(text: Uint8Array, sequence: number, encrypts: boolean, signature: Uint8Array): Uint8Array {
    this.#restart(this.#own, sequence);
    this.#mac(this.#own, sequence, text, encrypts ? text : null, signature);
    return signature;
  }

  /** The plain text; null: it was changed on the way. `signed` makes of it what the peer signed. */
  unseal(
    { sealed, signature }: SealedMessage,
    sequence: number,
    signed: (plain: Uint8Array) => Uint8Array = (plain) => plain,
  ): Uint8Array | null {
    this.#restart(this.#peer, sequence);
    const plain = this.#cipher.apply(sealed);
    this.#mac(this.#peer, sequence, signed(plain), null, this.#expected);
    return sameSignature(this.#flags, this.#expected, signature) ? plain : null;
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
    this.#digest.fill(0);
    this.#expected.fill(0);
  }

  #restart({ sealingKey }: Direction, sequence: number): void {
    writeU32(this.#number, 0, sequence, true);
    this.#cipher.restart(md5To(this.#digest, sealingKey, this.#number));
  }

  /** Into `signature`; encrypts `text` where it stands, between the MAC over it and the encryption of that. */
  #mac(
    { signer }: Direction,
    sequence: number,
    message: Uint8Array,
    text: Uint8Array | null,
    signature: Uint8Array,
  ): void {
    const isSigned = hasFlag(this.#flags, 'SIGN') || hasFlag(this.#flags, 'SEAL');
    const extended = isSigned && signer !== null ? signer.digestTo(this.#digest, this.#number, message) : null;
    const plain = isSigned && signer === null && text !== null ? new Uint8Array(message) : message;
    if (text !== null) this.#cipher.applyTo(text, text);
    if (!isSigned) signature.set(DUMMY_SIGNATURE);
    else if (extended === null) signature.set(crcMac(this.#cipher, sequence, plain).fill(0, 4, 8));
    else writeExtended(signature, this.#cipher.applyTo(extended, extended, CHECKSUM), this.#number);
  }
}

/** Of the digest that a signature with extended session security holds ([MS-NLMP] 2.2.2.9.2). */
const CHECKSUM = 8;

/** Without views of parts, which cost more than the few bytes. */
function writeExtended(signature: Uint8Array, checksum: Uint8Array, number: Uint8Array): void {
  for (let i = 0; i < 4; i++) {
    signature[i] = i === 0 ? 1 : 0;
    signature[4 + i] = checksum[i] as number;
    signature[8 + i] = checksum[4 + i] as number;
    signature[12 + i] = number[i] as number;
  }
}
