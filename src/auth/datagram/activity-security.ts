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
    this.overhead = SECURITY_HEADER + options.session().signatureLength;
  }

  /** Answers in the peer's way of padding and signing where one was found. */
  seal(pdu: SecuredPdu): Uint8Array {
    const { key, dialect, session } = this.#options;
    const body = bodyOf(pdu);
    const token = ((body.length + 7) & ~7) + SECURITY_HEADER;
    // Stub, padding, security header and token, as they go out.
    const whole = new Uint8Array(token + session().signatureLength);
    whole.set(body);
    whole[token - 4] = AUTH_LEVEL[this.level];
    whole[token - 3] = key;
    const under = whole.subarray(0, this.#found.padding === 'protected' ? token - SECURITY_HEADER : body.length);
    const number = sequenceNumber(dialect.sequence, pdu.header);
    if (this.level === 'privacy') {
      const { sealed, signature } = session().seal(under, number);
      whole.set(sealed);
      whole.set(signature, token);
    } else whole.set(session().sign(this.#signed(under, this.#found), number), token);
    return encodeCl(withBody(pdu, whole.subarray(0, body.length), whole.subarray(body.length)));
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
