import { readU32, writeU32 } from '../../bytes/integers.ts';
import {
  CL_HEADER_SIZE,
  encodeCl,
  type Fault,
  isLittleEndian,
  type Request,
  type Response,
  readSecurityTrailer,
} from '../../pdu/cl/index.ts';
import type { DatagramSession } from '../ntlm/datagram-session.ts';
import { callsOf, type NtlmDialect, PACKET_RULES, PADDING_RULES, sequenceNumber } from './dialect.ts';
import { AUTH_LEVEL, type DatagramLevel, levelOfNumber, NTLM_PROTOCOL } from './level.ts';
import { ReplayGuard } from './replay-guard.ts';

export type SecuredPdu = Request | Response | Fault;

/** Level, key_vers_num and two bytes, then the token ([MS-RPCE] 2.2.3.4). */
const SECURITY_HEADER = 4;
const NOTHING = new Uint8Array(0);

export interface ActivitySecurityOptions {
  readonly level: DatagramLevel;
  /** key_vers_num. */
  readonly key: number;
  readonly dialect: NtlmDialect;
  /** The session as it is now: a client's changes with the server's challenge. */
  readonly session: () => DatagramSession;
}

/**
 * One end of an NTLM context of one activity: makes and checks the trailers of its data PDUs ([MS-RPCE] 2.2.3.4,
 * 3.2.1.4.1). Header and security header are not protected, the body is, each fragment for itself: what integrity and
 * privacy hand on is what the MAC is over, whatever length the header says.
 */
export class NtlmActivitySecurity {
  readonly protocol: number = NTLM_PROTOCOL;
  readonly overhead: number;
  /** Calls that it can tell apart. */
  readonly calls: number;
  readonly level: DatagramLevel;
  readonly #options: ActivitySecurityOptions;
  readonly #guard: ReplayGuard;
  /** What is under the MAC, as the peer was found to send it. */
  #found: Pick<NtlmDialect, 'padding' | 'packet'>;
  /** PDUs of the peer that were what it sealed. */
  opened = 0;

  constructor(options: ActivitySecurityOptions) {
    this.#options = options;
    this.#guard = new ReplayGuard(options.dialect.sequence);
    this.#found = options.dialect;
    this.level = options.level;
    this.calls = callsOf(options.dialect.sequence);
    this.overhead = SECURITY_HEADER + options.session().signatureLength;
  }

  /** Answers in the peer's way of padding and signing where one was found. */
  seal(pdu: SecuredPdu): Uint8Array {
    const { key, dialect, session } = this.#options;
    const body = bodyOf(pdu);
    const region = new Uint8Array((body.length + 7) & ~7);
    region.set(body);
    const length = this.#found.padding === 'protected' ? region.length : body.length;
    const number = sequenceNumber(dialect.sequence, pdu.header);
    let signature: Uint8Array;
    if (this.level === 'privacy') {
      const sealed = session().seal(region.subarray(0, length), number);
      region.set(sealed.sealed);
      signature = sealed.signature;
    } else signature = session().sign(this.#signed(region.subarray(0, length)), number);
    const padding = region.subarray(body.length);
    const trailer = new Uint8Array(padding.length + SECURITY_HEADER + signature.length);
    trailer.set(padding);
    trailer.set([AUTH_LEVEL[this.level], key], padding.length);
    trailer.set(signature, padding.length + SECURITY_HEADER);
    return encodeCl(withBody(pdu, region.subarray(0, body.length), trailer));
  }

  /** Bytes behind the token are ignored: Windows XP SP1 and earlier send some ([MS-RPCE] note 46). */
  open(pdu: SecuredPdu, datagram: Uint8Array): SecuredPdu | null {
    const { level, key, token } = readSecurityTrailer(pdu);
    const session = this.#options.session();
    if (levelOfNumber(level) !== this.level || key !== this.#options.key) return null;
    if (token.length < session.signatureLength) return null;
    const signature = token.subarray(0, session.signatureLength);
    const number = session.sequenceOf(signature) ?? sequenceNumber(this.#options.dialect.sequence, pdu.header);
    const length = bodyOf(pdu).length;
    const region = datagram.subarray(CL_HEADER_SIZE, CL_HEADER_SIZE + ((length + 7) & ~7));
    const plain = this.#verified(session, region, length, signature, number);
    if (plain === null || !this.#guard.admit(pdu.header, signature, number)) return null;
    this.opened += 1;
    return withBody(pdu, this.level === 'packet' ? plain.subarray(0, length) : plain, NOTHING);
  }

  /** Tries what the peer was found to do first, and learns from what verifies. */
  #verified(
    session: DatagramSession,
    region: Uint8Array,
    length: number,
    signature: Uint8Array,
    number: number,
  ): Uint8Array | null {
    for (const found of [this.#found, ...waysOf(this.level)]) {
      const under = region.subarray(0, found.padding === 'protected' ? region.length : length);
      const signed = this.level === 'packet' && found.packet === 'nothing' ? NOTHING : under;
      const plain =
        this.level === 'privacy'
          ? session.unseal({ sealed: under, signature }, number)
          : session.verify(signed, signature, number)
            ? under
            : null;
      if (plain === null) continue;
      this.#found = found;
      return plain;
    }
    return null;
  }

  #signed(body: Uint8Array): Uint8Array {
    return this.level === 'packet' && this.#found.packet === 'nothing' ? NOTHING : body;
  }
}

const WAYS = PADDING_RULES.flatMap((padding) => PACKET_RULES.map((packet) => ({ padding, packet })));

function waysOf(level: DatagramLevel): readonly Pick<NtlmDialect, 'padding' | 'packet'>[] {
  return level === 'packet' ? WAYS : WAYS.filter(({ packet }) => packet === 'body');
}

function bodyOf(pdu: SecuredPdu): Uint8Array {
  if (pdu.type !== 'fault') return pdu.stub;
  const status = new Uint8Array(4);
  writeU32(status, 0, pdu.status, isLittleEndian(pdu.header));
  return status;
}

function withBody(pdu: SecuredPdu, body: Uint8Array, trailer: Uint8Array): SecuredPdu {
  if (pdu.type === 'fault') return { ...pdu, status: readU32(body, 0, isLittleEndian(pdu.header)), trailer };
  return { ...pdu, stub: body, trailer };
}
