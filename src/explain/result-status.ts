import { readU32 } from '../bytes/integers.ts';
import { CLUSAPI_V3_OPERATIONS } from '../interface/clusapi/operations.ts';
import { EPM } from '../interface/epm/identity.ts';
import { MGMT } from '../interface/mgmt/identity.ts';
import { dceCode } from '../status/dce.ts';
import { win32Code } from '../status/win32.ts';
import type { NamedInterface } from './names.ts';

const CONTEXT_HANDLE = 20;
const STATUS = 4;

/** Operations that return a context handle: the status stands before it ([MS-CMRP] 3.1.4.1), with rpc_status of 3.0 between them or not. */
const RETURN_HANDLES: ReadonlyMap<number, 'status' | 'status-and-rpc-status'> = new Map([
  [CLUSAPI_V3_OPERATIONS.ApiOpenCluster, 'status'],
  [CLUSAPI_V3_OPERATIONS.ApiOpenClusterEx, 'status'],
  ...(
    [
      'ApiOpenResource',
      'ApiCreateResource',
      'ApiGetRootKey',
      'ApiCreateKey',
      'ApiOpenKey',
      'ApiOpenGroup',
      'ApiCreateGroup',
      'ApiCreateNotify',
      'ApiOpenNode',
      'ApiOpenNodeEx',
      'ApiOpenNetwork',
      'ApiOpenNetInterface',
    ] as const
  ).map((name) => [CLUSAPI_V3_OPERATIONS[name], 'status-and-rpc-status'] as const),
]);

/**
 * The status that the results of a call end with, as far as the interface is known: `stub` is the last fragment of them.
 * Null where there is none, or where it is too short.
 */
export function resultStatus(
  { role, name, major }: NamedInterface,
  opnum: number,
  stub: Uint8Array,
  littleEndian: boolean,
): number | null {
  const fromEnd = role === 'clusapi' ? clusapiStatus(opnum, major) : trailingStatus(role, name, opnum);
  if (fromEnd === null || stub.length < fromEnd) return null;
  return readU32(stub, stub.length - fromEnd, littleEndian);
}

function clusapiStatus(opnum: number, major: number): number {
  const handle = RETURN_HANDLES.get(opnum);
  if (handle === undefined) return STATUS;
  return STATUS + CONTEXT_HANDLE + (handle === 'status-and-rpc-status' && major >= 3 ? STATUS : 0);
}

/** is_server_listening returns a boolean behind its status (C706 App. Q). */
function trailingStatus(role: NamedInterface['role'], name: string | null, opnum: number): number | null {
  if (role === 'mapper' || role === 'callback') return STATUS;
  if (name !== MGMT.name) return null;
  return opnum === MGMT.operations.is_server_listening ? 2 * STATUS : STATUS;
}

/** ept_map and ept_lookup say "no further entries" by a status that is not 0. */
export function isFailure({ role, name }: NamedInterface, opnum: number, status: number): boolean {
  if (status === 0) return false;
  if (role === 'clusapi') return !ROUTINE.has(status);
  if (role !== 'mapper') return name !== null;
  return !(opnum === EPM.operations.ept_lookup && status === NO_MORE_ENTRIES);
}

const NO_MORE_ENTRIES = dceCode('ept_s_not_registered');

/** How Windows asks for a larger buffer, and ends an enumeration. */
const ROUTINE: ReadonlySet<number> = new Set([win32Code('ERROR_MORE_DATA'), win32Code('ERROR_NO_MORE_ITEMS')]);
