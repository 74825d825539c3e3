import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { RemoteProtocolError } from '../../status/errors.ts';
import {
  CO_HEADER_SIZE,
  type CoHeader,
  type CoType,
  type DecodedCoHeader,
  isLittleEndian,
  VERIFIER_SIZE,
  writeHeader,
} from './header.ts';

/**
 * The security trailer at the end of a PDU (C706 13.2.6.1, [MS-RPCE] 2.2.2.11): padding, then
 * 0: auth type u8, 1: auth level u8, 2: pad length u8, 3: reserved u8, 4: auth context id u32, 8: token.
 */
export interface AuthVerifier {
  /** What aligns the trailer, as it stands on the wire; of a sealed PDU it is encrypted with the stub. */
  readonly padding: Uint8Array;
  readonly type: number;
  readonly level: number;
  readonly contextId: number;
  /** A message of the security provider, or the signature of this PDU. */
  readonly token: Uint8Array;
}

/** The body of a fragment that is all there, its end at the padding, and the trailer behind it. */
export interface OpenedPdu {
  readonly body: Reader;
  readonly auth: AuthVerifier | null;
}

/** Throws RemoteProtocolError with ERR_CLUSRPC_TOO_SHORT when the fragment is cut off. */
export function openPdu({ header, fragLength, authLength, type }: DecodedCoHeader, fragment: Uint8Array): OpenedPdu {
  if (fragment.length < fragLength) {
    throw new RemoteProtocolError(`too short: ${fragment.length} bytes of a ${type} of ${fragLength}`, {
      code: 'ERR_CLUSRPC_TOO_SHORT',
    });
  }
  const little = isLittleEndian(header);
  const bodyOf = (end: number) => new Reader(fragment.subarray(0, end), little, CO_HEADER_SIZE);
  if (authLength === 0) return { body: bodyOf(fragLength), auth: null };
  const at = fragLength - authLength - VERIFIER_SIZE;
  const reader = new Reader(fragment.subarray(0, fragLength), little, at);
  const [authType, level, padLength] = [reader.u8(), reader.u8(), reader.u8()];
  reader.skip(1);
  if (at - padLength < CO_HEADER_SIZE)
    throw new RemoteProtocolError(`${padLength} bytes of padding in a ${type} that has ${at - CO_HEADER_SIZE}`);
  const padding = fragment.subarray(at - padLength, at);
  const auth = { padding, type: authType, level, contextId: reader.u32(), token: reader.rest() };
  return { body: bodyOf(at - padLength), auth };
}

/** Header, body and trailer. The padding has to align the trailer already: `paddingFor` says how long it is. */
export function encodePdu(
  type: CoType,
  header: CoHeader,
  auth: AuthVerifier | null,
  write: (writer: Writer) => void,
  size = 128,
): Uint8Array {
  const writer = new Writer(isLittleEndian(header), size);
  write(writer.zeros(CO_HEADER_SIZE));
  if (auth !== null) {
    const { padding, level, contextId, token } = auth;
    writer.bytes(padding).u8(auth.type).u8(level).u8(padding.length).u8(0).u32(contextId).bytes(token);
  }
  const pdu = writer.finish();
  writeHeader(pdu, type, header, auth?.token.length ?? 0);
  return pdu;
}

/** Zeros that bring a stub, or another body, of so many bytes to the next multiple. */
export function paddingFor(length: number, multiple: number): Uint8Array {
  return new Uint8Array((multiple - (length % multiple)) % multiple);
}
