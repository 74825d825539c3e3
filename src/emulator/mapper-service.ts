import { NIL_UUID } from '../bytes/uuid.ts';
import {
  decodeEptLookupHandleFreeRequest,
  decodeEptLookupRequest,
  decodeEptMapRequest,
  decodeTower,
  EPM,
  type EptEntry,
  encodeEptLookupHandleFreeResponse,
  encodeEptLookupResponse,
  encodeEptMapResponse,
} from '../interface/epm/index.ts';
import { type ContextHandle, isNilContextHandle, NIL_CONTEXT_HANDLE } from '../ndr/context-handle.ts';
import { CL_HEADER_SIZE } from '../pdu/cl/index.ts';
import type { ContextHandles } from '../server/context-handles.ts';
import type { RpcCall, RpcInterface, RpcOperation } from '../server/rpc-server.ts';
import { dceCode } from '../status/dce.ts';
import { FaultError, RemoteProtocolError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import { type EndpointMap, towerOf } from './endpoint-map.ts';
import { type EmulatedOperation, type OperationContext, operationOf } from './operation.ts';

export interface MapperServiceOptions extends OperationContext {
  readonly map: EndpointMap;
  /** Goes into every tower. */
  readonly address: string;
  readonly cursors: ContextHandles<Cursor>;
  /** Largest PDU, bytes: one answer holds no more entries than fit. */
  readonly maxPdu: number;
}

/** What is left of a map or lookup. */
export interface Cursor {
  readonly rest: readonly (EptEntry & { readonly tower: Uint8Array })[];
}

const SUCCESS = 0;
const NOT_REGISTERED = dceCode('ept_s_not_registered');
const INVALID_CONTEXT = dceCode('ept_s_invalid_context');
const CANT_PERFORM = dceCode('ept_s_cant_perform_op');

/** [MS-RPCE] 2.2.1.2.4: max_ents goes up to 500. */
const MOST_ENTRIES = 500;
/** [MS-RPCE] 3.1.3.5.3: a tower of more floors is refused. */
const MOST_FLOORS = 6;

type Service = Omit<EmulatedOperation, 'name'>;

const SERVICES = { ept_lookup: lookup, ept_map: map, ept_lookup_handle_free: free };

type ServedName = keyof typeof SERVICES;

/** Operations that an emulated mapper executes, by name. */
export const MAPPER_SERVICE_OPERATIONS = Object.keys(SERVICES);

/** The endpoint mapper as Windows 2000 to Server 2003 have it: it can be asked, and changed only from within (C706 App. O). */
export function mapperService(options: MapperServiceOptions): RpcInterface {
  const operations: RpcOperation[] = [];
  for (const [name, service] of Object.entries(SERVICES)) {
    operations[EPM.operations[name as ServedName]] = operationOf({ name, ...service(options) }, options);
  }
  const { ept_insert, ept_delete, ept_inq_object, ept_mgmt_delete } = EPM.operations;
  for (const opnum of [ept_insert, ept_delete, ept_inq_object, ept_mgmt_delete]) operations[opnum] = cannotPerform;
  return { uuid: EPM.uuid, version: EPM.version, operations };
}

/** [MS-RPCE] notes 28 to 31: operations of the local interface that raise EPT_S_CANT_PERFORM_OP over the network. */
function cannotPerform(): never {
  throw new FaultError('the endpoint map changes only from within', win32Code('EPT_S_CANT_PERFORM_OP'));
}

function map(options: MapperServiceOptions): Service {
  const encode = (maxTowers: number, { entryHandle, entries, status }: Batch) =>
    encodeEptMapResponse({ entryHandle, maxTowers, towers: entries.map(({ tower }) => tower), status });
  return {
    run: (call) => {
      const request = decodeEptMapRequest(call.stub, call.littleEndian);
      const start = () => (request.tower === null ? null : matching(options, request.tower));
      const batch = nextBatch(options, call, request.entryHandle, request.maxTowers, start, (found) =>
        encode(request.maxTowers, found),
      );
      return { status: batch.status, stub: encode(request.maxTowers, batch) };
    },
    refuse: (status, { stub, littleEndian }) =>
      encode(decodeEptMapRequest(stub, littleEndian).maxTowers, failed(status)),
  };
}

function lookup(options: MapperServiceOptions): Service {
  const encode = (maxEntries: number, { entryHandle, entries, status }: Batch) =>
    encodeEptLookupResponse({ entryHandle, maxEntries, entries, status });
  return {
    run: (call) => {
      const request = decodeEptLookupRequest(call.stub, call.littleEndian);
      const start = () => cursorOf(options, options.map.lookup(request));
      const batch = nextBatch(options, call, request.entryHandle, request.maxEntries, start, (found) =>
        encode(request.maxEntries, found),
      );
      return { status: batch.status, stub: encode(request.maxEntries, batch) };
    },
    refuse: (status, { stub, littleEndian }) =>
      encode(decodeEptLookupRequest(stub, littleEndian).maxEntries, failed(status)),
  };
}

function free({ cursors }: MapperServiceOptions): Service {
  const encode = (status: number) => encodeEptLookupHandleFreeResponse({ entryHandle: NIL_CONTEXT_HANDLE, status });
  return {
    run: ({ stub, littleEndian, addressSpace }) => {
      cursors.remove(addressSpace, decodeEptLookupHandleFreeRequest(stub, littleEndian).entryHandle);
      return { status: SUCCESS, stub: encode(SUCCESS) };
    },
    refuse: encode,
  };
}

interface Batch {
  readonly entryHandle: ContextHandle;
  readonly entries: Cursor['rest'];
  readonly status: number;
}

/** As many entries as were asked for and fit a PDU; a handle for the rest, nil when nothing is left. */
function nextBatch(
  { cursors, maxPdu }: MapperServiceOptions,
  { addressSpace }: RpcCall,
  handle: ContextHandle,
  most: number,
  start: () => Cursor | null,
  encode: (batch: Batch) => Uint8Array,
): Batch {
  if (most > MOST_ENTRIES) throw new FaultError('too many entries', ncaCode('nca_s_fault_invalid_bound'));
  const goesOn = !isNilContextHandle(handle);
  const cursor = goesOn ? cursors.find(addressSpace, handle) : start();
  if (cursor === undefined) return failed(INVALID_CONTEXT);
  if (cursor === null) return failed(CANT_PERFORM);
  cursors.remove(addressSpace, handle);
  if (cursor.rest.length === 0) return failed(NOT_REGISTERED);
  const room = maxPdu - CL_HEADER_SIZE;
  let entries = cursor.rest.slice(0, most);
  while (entries.length > 1 && encode({ entryHandle: NIL_CONTEXT_HANDLE, entries, status: SUCCESS }).length > room) {
    entries = entries.slice(0, -1);
  }
  const rest = cursor.rest.slice(entries.length);
  const entryHandle = rest.length === 0 ? NIL_CONTEXT_HANDLE : cursors.add(addressSpace, { rest });
  return { entryHandle, entries, status: SUCCESS };
}

function failed(status: number): Batch {
  return { entryHandle: NIL_CONTEXT_HANDLE, entries: [], status };
}

/** Null for a tower that cannot be read. */
function matching(options: MapperServiceOptions, octets: Uint8Array): Cursor | null {
  try {
    if ((octets[0] ?? 0) > MOST_FLOORS) return null;
    return cursorOf(options, options.map.find(decodeTower(octets)));
  } catch (error) {
    if (error instanceof RemoteProtocolError) return null;
    throw error;
  }
}

function cursorOf({ address }: MapperServiceOptions, found: ReturnType<EndpointMap['find']>): Cursor {
  const rest = found.map((each) => ({ object: NIL_UUID, tower: towerOf(each, address), annotation: each.annotation }));
  return { rest };
}
