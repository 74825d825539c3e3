import { readU16 } from '../bytes/integers.ts';
import { CL_HEADER_SIZE, CL_TYPES, type ClType, FLAGS2 } from '../pdu/cl/index.ts';

/** `lookalike`: it begins as connectionless RPC does, and breaks one of the rules. */
export type Guess = 'rpc' | 'lookalike' | 'other';

/** Body lengths that a type can have (C706 12.5.3). A cancel_ack of 12 bytes is one whose sender padded it. */
const BODY_LENGTHS: Readonly<Record<ClType, (length: number) => boolean>> = {
  request: () => true,
  ping: (length) => length === 0,
  response: () => true,
  fault: (length) => length === 4,
  working: (length) => length === 0,
  nocall: isFackLength,
  reject: (length) => length === 4,
  ack: (length) => length === 0,
  cl_cancel: (length) => length === 0 || length === 8,
  fack: isFackLength,
  cancel_ack: (length) => length === 0 || length === 9 || length === 12,
};

const LENGTH_RULES = CL_TYPES.map((type) => BODY_LENGTHS[type]);

/** auth_proto ([MS-RPCE] 2.2.1.1.7): none, DCE secret and public key, SPNEGO, NTLM, TLS, Kerberos, Netlogon. */
const AUTH_PROTOCOLS: ReadonlySet<number> = new Set([0, 1, 2, 9, 10, 14, 16, 68]);

/** Only these carry a security trailer: requests, responses and faults. */
const MAY_BE_SECURED: ReadonlySet<number> = new Set([0, 2, 3]);

const LARGEST_FLOAT_FORMAT = 3;
const FIRST_AUTH_LEVEL = 2;
const LAST_AUTH_LEVEL = 6;
/** Tokens are some tens of bytes; tickets of Kerberos with many groups are the longest. */
const LONGEST_TRAILER = 16_384;

/**
 * Whether a datagram is RPC, by its header alone, since clients and servers use any port (C706 12.5.1). Random bytes pass
 * once in about 2^56 datagrams: version and last byte of the format label 2^-16, the other two bytes of it 2^-12, the type
 * 2^-4.5, the second flags 2^-6, and security with a body length that agrees with the datagram 2^-18. WireGuard's data
 * packets, which begin 04 00 00 00 as requests do, have a random number where the label stands: one session in a million
 * fits it, and of that one's packets one in 2^18. Of a datagram that the snap length cut only the header is judged.
 */
export function guess(payload: Uint8Array, truncated: boolean): Guess {
  const type = payload[1] as number;
  if (payload.length < CL_HEADER_SIZE || payload[0] !== 4 || type >= CL_TYPES.length) return 'other';
  return hasPlausibleHeader(payload, type) && (truncated || hasPlausibleLength(payload, type)) ? 'rpc' : 'lookalike';
}

function hasPlausibleHeader(p: Uint8Array, type: number): boolean {
  const drep = p[4] as number;
  return (
    ((p[3] as number) & ~(FLAGS2.cancelPending | FLAGS2.unrelated)) === 0 &&
    (drep & 0xee) === 0 &&
    (p[5] as number) <= LARGEST_FLOAT_FORMAT &&
    p[6] === 0 &&
    AUTH_PROTOCOLS.has(p[78] as number) &&
    (p[78] === 0 || MAY_BE_SECURED.has(type)) &&
    !isZero(p, 24) &&
    !isZero(p, 40)
  );
}

/** Without security the datagram ends with the body, or with the padding that some senders add up to a multiple of 8. */
function hasPlausibleLength(p: Uint8Array, type: number): boolean {
  const length = readU16(p, 74, (p[4] as number) >>> 4 === 1);
  const beyond = p.length - CL_HEADER_SIZE - length;
  if (beyond < 0 || LENGTH_RULES[type]?.(length) !== true) return false;
  if (p[78] === 0) return beyond < 8;
  const level = p[CL_HEADER_SIZE + 8 * Math.ceil(length / 8)] ?? 0;
  return level >= FIRST_AUTH_LEVEL && level <= LAST_AUTH_LEVEL && beyond <= LONGEST_TRAILER;
}

/** Nothing, the 12 bytes of old senders, or 16 and the selective masks. */
function isFackLength(length: number): boolean {
  return length === 0 || length === 12 || (length >= 16 && length % 4 === 0);
}

function isZero(p: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 16; i++) if (p[i] !== 0) return false;
  return true;
}
