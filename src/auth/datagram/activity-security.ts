import { readU32 } from '../../bytes/integers.ts';
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
  /** Opens nothing of another dialect. */
  readonly strict?: boolean | undefined;
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
  /** By the length of the padding: zeros, the security header, and room for the token. */
  readonly #trailers: readonly Uint8Array[];
  readonly #token: Uint8Array;
  /** What is under the MAC, as the peer was found to send it. */
  #found: Found;
  /** PDUs of the peer that were what it sealed. */
  opened = 0;

  constructor(options: ActivitySecurityOptions) {
    this.#options = options;
    this.#guard = new ReplayGuard(options.dialect.sequence);
    this.#found = options.dialect;
    this.level = options.level;
    this.calls = callsOf(options.dialect.sequence);
    const { signatureLength } = options.session();
    this.overhead = SECURITY_HEADER + signatureLength;
    this.#token = new Uint8Array(signatureLength);
    this.#trailers = Array.from({ length: 8 }, (_, padding) => {
      const trailer = new Uint8Array(padding + this.overhead);
      trailer[padding] = AUTH_LEVEL[options.level];
      trailer[padding + 1] = options.key;
      return trailer;
    });
  }

  /** Answers in the peer's way of padding and signing where one was found. */
  seal(pdu: SecuredPdu): Uint8Array {
    const { dialect, session } = this.#options;
    const length = pdu.type === 'fault' ? 4 : pdu.stub.length;
    const padding = -length & 7;
    const datagram = encodeCl({ ...pdu, trailer: this.#trailers[padding] as Uint8Array });
    const end = CL_HEADER_SIZE + length + (this.#found.padding === 'protected' ? padding : 0);
    const under = this.#signed(datagram.subarray(CL_HEADER_SIZE, end), this.#found);
    const number = sequenceNumber(dialect.sequence, pdu.header);
    const token = session().protect(under, number, this.level === 'privacy', this.#token);
    datagram.set(token, CL_HEADER_SIZE + length + padding + SECURITY_HEADER);
    return datagram;
  }

  /** Bytes behind the token are ignored: Windows XP SP1 and earlier send some ([MS-RPCE] note 46). */
  open(pdu: SecuredPdu, datagram: Uint8Array): SecuredPdu | null {
    const { level, key, token } = readSecurityTrailer(pdu);
    const session = this.#options.session();
    if (levelOfNumber(level) !== this.level || key !== this.#options.key) return null;
    if (token.length < session.signatureLength) return null;
    const signature = token.subarray(0, session.signatureLength);
    const expected = sequenceNumber(this.#options.dialect.sequence, pdu.header);
    const number = session.sequenceOf(signature) ?? expected;
    if (this.#options.strict === true && number !== expected) return null;
    const length = pdu.type === 'fault' ? 4 : pdu.stub.length;
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
    const plain = this.#verifiedAs(this.#found, session, region, length, signature, number);
    if (plain !== null || this.#options.strict === true) return plain;
    for (const found of waysOf(this.level)) {
      const other = this.#verifiedAs(found, session, region, length, signature, number);
      if (other === null) continue;
      this.#found = found;
      return other;
    }
    return null;
  }

  #verifiedAs(
    found: Found,
    session: DatagramSession,
    region: Uint8Array,
    length: number,
    signature: Uint8Array,
    number: number,
  ): Uint8Array | null {
    const under = found.padding === 'protected' ? region : region.subarray(0, length);
    if (this.level === 'privacy') return session.unseal({ sealed: under, signature }, number);
    return session.verify(this.#signed(under, found), signature, number) ? under : null;
  }

  #signed(under: Uint8Array, { packet }: Found): Uint8Array {
    return this.level === 'packet' && packet === 'nothing' ? NOTHING : under;
  }
}

/** What a peer was found to do. */
type Found = Pick<NtlmDialect, 'padding' | 'packet'>;

const WAYS: readonly Found[] = PADDING_RULES.flatMap((padding) => PACKET_RULES.map((packet) => ({ padding, packet })));

function waysOf(level: DatagramLevel): readonly Found[] {
  return level === 'packet' ? WAYS : WAYS.filter(({ packet }) => packet === 'body');
}

function withBody(pdu: SecuredPdu, body: Uint8Array, trailer: Uint8Array): SecuredPdu {
  if (pdu.type === 'fault') return { ...pdu, status: readU32(body, 0, isLittleEndian(pdu.header)), trailer };
  return { ...pdu, stub: body, trailer };
}
