import { RemoteProtocolError } from '../../status/errors.ts';
import { contentOf, decodeElement, elementsOf, encodeElement, TAG } from './der.ts';

/** 1.3.6.1.5.5.2, and 1.3.6.1.4.1.311.2.2.10 of NTLMSSP, as DER has them. */
const SPNEGO_OID = Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x02);
export const NTLMSSP_OID: Uint8Array = Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a);

/** negState (RFC 4178 4.2.2). */
export const NEG_STATE = { acceptCompleted: 0, acceptIncomplete: 1, reject: 2, requestMic: 3 } as const;

/** What an initiator begins with (RFC 4178 4.2.1). */
export interface NegTokenInit {
  readonly kind: 'init';
  /** OIDs, the preferred one first. */
  readonly mechTypes: readonly Uint8Array[];
  /** The list as it stands in the token, which a MIC is over. */
  readonly mechList: Uint8Array;
  /** For the preferred one. */
  readonly mechToken: Uint8Array | null;
}

/** All later messages (RFC 4178 4.2.2). */
export interface NegTokenResp {
  readonly kind: 'resp';
  readonly state: number | null;
  readonly supportedMech: Uint8Array | null;
  readonly responseToken: Uint8Array | null;
  readonly mechListMic: Uint8Array | null;
}

export function encodeMechList(mechTypes: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.sequence, ...mechTypes.map((oid) => encodeElement(TAG.oid, oid)));
}

/** Within the frame of a GSS initial token (RFC 2743 3.1). */
export function encodeNegTokenInit(mechList: Uint8Array, mechToken: Uint8Array): Uint8Array {
  const fields = [field(0, mechList), field(2, encodeElement(TAG.octetString, mechToken))];
  const init = encodeElement(TAG.context, encodeElement(TAG.sequence, ...fields));
  return encodeElement(TAG.application, encodeElement(TAG.oid, SPNEGO_OID), init);
}

export function encodeNegTokenResp({
  state,
  supportedMech,
  responseToken,
  mechListMic,
}: Partial<NegTokenResp>): Uint8Array {
  const fields: Uint8Array[] = [];
  if (state != null) fields.push(field(0, encodeElement(TAG.enumerated, Uint8Array.of(state))));
  if (supportedMech != null) fields.push(field(1, encodeElement(TAG.oid, supportedMech)));
  if (responseToken != null) fields.push(field(2, encodeElement(TAG.octetString, responseToken)));
  if (mechListMic != null) fields.push(field(3, encodeElement(TAG.octetString, mechListMic)));
  return encodeElement(TAG.context | 1, encodeElement(TAG.sequence, ...fields));
}

/** Throws RemoteProtocolError for what is no SPNEGO token. */
export function decodeNegToken(bytes: Uint8Array): NegTokenInit | NegTokenResp {
  const outer = decodeElement(bytes);
  if (outer.tag === (TAG.context | 1)) return decodeResp(outer.content);
  if (outer.tag !== TAG.application) throw new RemoteProtocolError('no SPNEGO token');
  const [mechanism, init] = elementsOf(outer.content);
  if (mechanism?.tag !== TAG.oid || !sameBytes(mechanism.content, SPNEGO_OID) || init?.tag !== TAG.context)
    throw new RemoteProtocolError('a GSS token of another mechanism than SPNEGO');
  return decodeInit(init.content);
}

function decodeInit(bytes: Uint8Array): NegTokenInit {
  const fields = fieldsOf(bytes);
  const list = fields.get(0);
  if (list === undefined) throw new RemoteProtocolError('a NegTokenInit without mechanisms');
  const mechTypes = [...elementsOf(contentOf(list, TAG.sequence))].map(({ whole }) => contentOf(whole, TAG.oid));
  return {
    kind: 'init',
    mechTypes,
    mechList: decodeElement(list).whole,
    mechToken: optional(fields.get(2), TAG.octetString),
  };
}

function decodeResp(bytes: Uint8Array): NegTokenResp {
  const fields = fieldsOf(bytes);
  return {
    kind: 'resp',
    state: optional(fields.get(0), TAG.enumerated)?.[0] ?? null,
    supportedMech: optional(fields.get(1), TAG.oid),
    responseToken: optional(fields.get(2), TAG.octetString),
    mechListMic: optional(fields.get(3), TAG.octetString),
  };
}

/** The explicitly tagged fields of the sequence in there, by number. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  for (const { tag, content } of elementsOf(contentOf(bytes, TAG.sequence))) fields.set(tag & ~TAG.context, content);
  return fields;
}

function optional(bytes: Uint8Array | undefined, tag: number): Uint8Array | null {
  return bytes === undefined ? null : contentOf(bytes, tag);
}

function field(number: number, content: Uint8Array): Uint8Array {
  return encodeElement(TAG.context | number, content);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
