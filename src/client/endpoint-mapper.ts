import type { Uuid } from '../bytes/uuid.ts';
import { NIL_UUID, sameUuid } from '../bytes/uuid.ts';
import {
  decodeEptLookupResponse,
  decodeEptMapResponse,
  decodeTower,
  EPM,
  encodeEptLookupHandleFreeRequest,
  encodeEptLookupRequest,
  encodeEptMapRequest,
  encodeTower,
  INQUIRY_TYPES,
  type ProtocolSequence,
  type Tower,
  VERSION_OPTIONS,
} from '../interface/epm/index.ts';
import type { InterfaceId } from '../machine/call.ts';
import { type ContextHandle, isNilContextHandle, NIL_CONTEXT_HANDLE } from '../ndr/context-handle.ts';
import { dceCode, eptToWin32 } from '../status/dce.ts';
import { RemoteProtocolError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Caller, CallOptions } from './caller.ts';

/** UDP and TCP port of every endpoint mapper. */
export const ENDPOINT_MAPPER_PORT = 135;

/** Entries asked for in one call: what fits a PDU, so that no answer needs fragments. */
const BATCH = 4;
/** A mapper that lists more than this is broken or hostile. */
const MAX_ENTRIES = 10_000;

export interface MapperEntry extends Tower {
  readonly object: Uuid | null;
  readonly annotation: string;
}

/**
 * ept_map: the endpoints that serve an interface over UDP or TCP. Idempotent, so that no callback is needed yet. Throws
 * Win32Error EPT_S_NOT_REGISTERED when there is none.
 */
export async function mapEndpoint(
  mapper: Caller,
  interfaceId: InterfaceId,
  { protocol = 'ncadg_ip_udp', ...options }: CallOptions & { readonly protocol?: 'ncadg_ip_udp' | 'ncacn_ip_tcp' } = {},
): Promise<readonly Tower[]> {
  const tower = encodeTower({ interface: interfaceId, protocol, port: ENDPOINT_MAPPER_PORT, address: '0.0.0.0' });
  const request = { object: NIL_UUID, tower, entryHandle: NIL_CONTEXT_HANDLE, maxTowers: BATCH };
  const { stub, littleEndian } = await mapper.call(EPM, EPM.operations.ept_map, encodeEptMapRequest(request), {
    ...options,
    semantics: 'idempotent',
    name: 'ept_map',
  });
  const { entryHandle, towers, status } = decodeEptMapResponse(stub, littleEndian);
  await free(mapper, entryHandle, options);
  const found = towers
    .map(readTower)
    .filter((each) => each !== null)
    .filter((each) => each.protocol === protocol && each.port !== null && serves(each, interfaceId));
  if (found.length > 0) return found;
  throw new Win32Error(status === 0 ? win32Code('EPT_S_NOT_REGISTERED') : eptToWin32(status), 'ept_map');
}

/** ept_lookup until the mapper has no more: everything that it offers, in its own order. */
export async function* lookupEndpoints(mapper: Caller, options: CallOptions = {}): AsyncGenerator<MapperEntry> {
  let entryHandle: ContextHandle = NIL_CONTEXT_HANDLE;
  let count = 0;
  do {
    const { stub, littleEndian } = await mapper.call(
      EPM,
      EPM.operations.ept_lookup,
      encodeEptLookupRequest({
        inquiryType: INQUIRY_TYPES.all,
        object: null,
        interfaceId: null,
        versionOption: VERSION_OPTIONS.all,
        entryHandle,
        maxEntries: BATCH,
      }),
      { ...options, name: 'ept_lookup' },
    );
    const answer = decodeEptLookupResponse(stub, littleEndian);
    count += answer.entries.length;
    if (count > MAX_ENTRIES)
      throw new RemoteProtocolError(`the endpoint mapper lists more than ${MAX_ENTRIES} entries`);
    for (const { object, tower, annotation } of answer.entries) {
      const read = tower === null ? null : readTower(tower);
      if (read !== null) yield { ...read, object: sameUuid(object, NIL_UUID) ? null : object, annotation };
    }
    const ended = answer.status === dceCode('ept_s_not_registered') || answer.entries.length === 0;
    if (answer.status !== 0 && !ended) throw new Win32Error(eptToWin32(answer.status), 'ept_lookup');
    entryHandle = answer.entryHandle;
    if (ended) {
      await free(mapper, entryHandle, options);
      return;
    }
  } while (!isNilContextHandle(entryHandle));
}

function serves({ interface: served }: Tower, wanted: InterfaceId): boolean {
  return sameUuid(served.uuid, wanted.uuid) && served.version.major === wanted.version.major;
}

async function free(mapper: Caller, entryHandle: ContextHandle, options: CallOptions): Promise<void> {
  if (isNilContextHandle(entryHandle)) return;
  await mapper.call(EPM, EPM.operations.ept_lookup_handle_free, encodeEptLookupHandleFreeRequest({ entryHandle }), {
    ...options,
    name: 'ept_lookup_handle_free',
  });
}

/** A tower of another kind, or a broken one, is no reason to miss the others. */
function readTower(octets: Uint8Array): Tower | null {
  try {
    return decodeTower(octets);
  } catch (error) {
    if (error instanceof RemoteProtocolError) return null;
    throw error;
  }
}

export type { ProtocolSequence, Tower };
