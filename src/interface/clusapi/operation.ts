import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { ReferentIds } from '../../ndr/pointer.ts';
import { CLUSAPI_V3_OPERATIONS } from './operations.ts';
import type { RpcStatus } from './rpc-status.ts';

/** 2 over UDP for NT 4.0 to Server 2003, 3 over TCP from Server 2008 on ([MS-CMRP] 1.7, 2.1). */
export type ClusapiVersion = 2 | 3;

export type ClusapiOperationName = keyof typeof CLUSAPI_V3_OPERATIONS;

/** What every response has: the return value, a Win32 number, and in 3.0 what the runtime says. */
export interface ClusapiResult extends RpcStatus {
  readonly status: number;
}

/** How the parameters of one direction stand in a stub of that version. */
export interface Parameters<T> {
  readonly write: (writer: Writer, value: T, ids: ReferentIds, version: ClusapiVersion) => void;
  readonly read: (reader: Reader, version: ClusapiVersion) => T;
}

export interface OperationDescription<Request, Response extends ClusapiResult> {
  readonly name: ClusapiOperationName;
  readonly request: Parameters<Request>;
  readonly response: Parameters<Response>;
  /** The results that go with a status other than 0. */
  readonly refused: (status: number, request: Request) => Response;
}

/**
 * One operation of ClusAPI in both its versions: what client, emulated host, fault rules and logs know of it. Decoders
 * throw RemoteProtocolError. (Methods, so that operations of all kinds fit one list.)
 */
export interface ClusapiOperation<Request = unknown, Response extends ClusapiResult = ClusapiResult> {
  readonly name: ClusapiOperationName;
  readonly opnum: number;
  encodeRequest(request: Request, littleEndian?: boolean, version?: ClusapiVersion): Uint8Array;
  decodeRequest(stub: Uint8Array, littleEndian: boolean, version?: ClusapiVersion): Request;
  encodeResponse(response: Response, littleEndian?: boolean, version?: ClusapiVersion): Uint8Array;
  decodeResponse(stub: Uint8Array, littleEndian: boolean, version?: ClusapiVersion): Response;
  refused(status: number, request: Request): Response;
}

export function defineOperation<Request, Response extends ClusapiResult>({
  name,
  request,
  response,
  refused,
}: OperationDescription<Request, Response>): ClusapiOperation<Request, Response> {
  return {
    name,
    opnum: CLUSAPI_V3_OPERATIONS[name],
    encodeRequest: (value, littleEndian = true, version = 2) => encode(request, value, littleEndian, version),
    decodeRequest: (stub, littleEndian, version = 2) => request.read(new Reader(stub, littleEndian), version),
    encodeResponse: (value, littleEndian = true, version = 2) => encode(response, value, littleEndian, version),
    decodeResponse: (stub, littleEndian, version = 2) => response.read(new Reader(stub, littleEndian), version),
    refused,
  };
}

export type NoParameters = Readonly<Record<never, never>>;

/** A request without parameters: whatever its stub holds is passed over. */
export const NO_PARAMETERS: Parameters<NoParameters> = { write: () => {}, read: () => ({}) };

function encode<T>({ write }: Parameters<T>, value: T, littleEndian: boolean, version: ClusapiVersion): Uint8Array {
  const writer = new Writer(littleEndian);
  write(writer, value, new ReferentIds(), version);
  return writer.finish();
}
