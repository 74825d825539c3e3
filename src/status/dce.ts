import { win32Code } from './win32.ts';

/** A DCE status that travels in a result parameter; `win32` is null where no Win32 number has the same meaning by name. */
export interface DceStatus {
  readonly code: number;
  readonly symbol: string;
  readonly sentence: string;
  readonly win32: number | null;
}

/** DCE statuses that conversation callbacks and the endpoint mapper answer with: the rpc and ept numbers of DCE. */
export const DCE = [
  {
    code: 0x16c9a010,
    symbol: 'rpc_s_binding_has_no_auth',
    sentence: 'The binding carries no authentication.',
    win32: 1746,
  },
  { code: 0x16c9a05f, symbol: 'rpc_s_who_are_you_failed', sentence: 'The callback to the client failed.', win32: 1726 },
  { code: 0x16c9a060, symbol: 'rpc_s_unknown_reject', sentence: 'Rejected for a reason that is unknown.', win32: null },
  {
    code: 0x16c9a0cd,
    symbol: 'ept_s_cant_perform_op',
    sentence: 'The mapper cannot perform the operation.',
    win32: 1752,
  },
  { code: 0x16c9a0ce, symbol: 'ept_s_no_memory', sentence: 'The mapper has no memory.', win32: null },
  { code: 0x16c9a0cf, symbol: 'ept_s_database_invalid', sentence: 'The endpoint map is not valid.', win32: null },
  { code: 0x16c9a0d0, symbol: 'ept_s_cant_create', sentence: 'The endpoint map cannot be created.', win32: null },
  { code: 0x16c9a0d1, symbol: 'ept_s_cant_access', sentence: 'The endpoint map cannot be accessed.', win32: null },
  {
    code: 0x16c9a0d2,
    symbol: 'ept_s_database_already_open',
    sentence: 'The endpoint map is open already.',
    win32: null,
  },
  { code: 0x16c9a0d3, symbol: 'ept_s_invalid_entry', sentence: 'The entry is not valid.', win32: 1751 },
  { code: 0x16c9a0d4, symbol: 'ept_s_update_failed', sentence: 'The endpoint map could not be updated.', win32: null },
  { code: 0x16c9a0d5, symbol: 'ept_s_invalid_context', sentence: 'The lookup handle is not valid.', win32: null },
  { code: 0x16c9a0d6, symbol: 'ept_s_not_registered', sentence: 'No entry, or no further one, matches.', win32: 1753 },
  {
    code: 0x16c9a0d7,
    symbol: 'ept_s_server_unavailable',
    sentence: 'The endpoint mapper is not available.',
    win32: null,
  },
  {
    code: 0x16c9a117,
    symbol: 'rpc_s_partial_credentials',
    sentence: 'More of the credentials is to be fetched.',
    win32: null,
  },
] as const satisfies readonly DceStatus[];

export type DceSymbol = (typeof DCE)[number]['symbol'];

/**
 * What becomes of a DCE status without a Win32 number of its own. [MS-RPCE] 2.2.1.2.1 lets a mapper answer only "cannot
 * perform" and "not registered", and every other failure is a case of the first.
 */
export const UNMAPPED_EPT = win32Code('EPT_S_CANT_PERFORM_OP');

const BY_CODE = new Map<number, DceStatus>(DCE.map((status) => [status.code, status]));
const BY_SYMBOL = new Map<string, number>(DCE.map(({ symbol, code }) => [symbol, code]));

export function dceStatus(code: number): DceStatus | undefined {
  return BY_CODE.get(code >>> 0);
}

/** The number of a symbol: `dceCode('ept_s_not_registered')` is 0x16c9a0d6. */
export function dceCode(symbol: DceSymbol): number {
  return BY_SYMBOL.get(symbol) as number;
}

/** The Win32 number for the status of an endpoint-mapper answer; one outside the table goes through as it is. */
export function eptToWin32(status: number, unmapped: number = UNMAPPED_EPT): number {
  const known = dceStatus(status);
  return known === undefined ? status >>> 0 : (known.win32 ?? unmapped);
}
