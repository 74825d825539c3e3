import { win32Code } from './win32.ts';

/** A status of the body of a fault or reject; `win32` is null where [MS-RPCE] 3.1.1.5.5 maps it to nothing. */
export interface NcaStatus {
  readonly code: number;
  readonly symbol: string;
  readonly sentence: string;
  readonly win32: number | null;
}

/** The nca statuses (C706 App. E) and the Win32 numbers that the client's API returns for them ([MS-RPCE] 3.1.1.5.5). */
export const NCA = [
  {
    code: 0x1c010001,
    symbol: 'nca_s_comm_failure',
    sentence: 'The server could not reach a further server.',
    win32: 1820,
  },
  { code: 0x1c010002, symbol: 'nca_s_op_rng_error', sentence: 'The operation number is out of range.', win32: 1745 },
  { code: 0x1c010003, symbol: 'nca_s_unk_if', sentence: 'The server does not offer the interface.', win32: 1717 },
  { code: 0x1c010006, symbol: 'nca_s_wrong_boot_time', sentence: 'The server was started anew since.', win32: null },
  {
    code: 0x1c010009,
    symbol: 'nca_s_you_crashed',
    sentence: 'The client met a restarted server in a callback.',
    win32: 1726,
  },
  { code: 0x1c01000b, symbol: 'nca_s_proto_error', sentence: 'The RPC protocol was broken.', win32: 1728 },
  { code: 0x1c010013, symbol: 'nca_s_out_args_too_big', sentence: 'The results are too big.', win32: 1130 },
  { code: 0x1c010014, symbol: 'nca_s_server_too_busy', sentence: 'The server is too busy.', win32: 1723 },
  {
    code: 0x1c010015,
    symbol: 'nca_s_fault_string_too_long',
    sentence: 'A string is longer than declared.',
    win32: null,
  },
  {
    code: 0x1c010017,
    symbol: 'nca_s_unsupported_type',
    sentence: 'The object has no type that the server serves.',
    win32: 1732,
  },
  { code: 0x1c000001, symbol: 'nca_s_fault_int_div_by_zero', sentence: 'The server divided by zero.', win32: 1767 },
  { code: 0x1c000002, symbol: 'nca_s_fault_addr_error', sentence: 'The server met an addressing error.', win32: 1768 },
  { code: 0x1c000003, symbol: 'nca_s_fault_fp_div_zero', sentence: 'Floating-point division by zero.', win32: 1769 },
  { code: 0x1c000004, symbol: 'nca_s_fault_fp_underflow', sentence: 'Floating-point underflow.', win32: 1770 },
  { code: 0x1c000005, symbol: 'nca_s_fault_fp_overflow', sentence: 'Floating-point overflow.', win32: 1771 },
  {
    code: 0x1c000006,
    symbol: 'nca_s_fault_invalid_tag',
    sentence: 'The tag selects no arm of the union.',
    win32: 1733,
  },
  { code: 0x1c000007, symbol: 'nca_s_fault_invalid_bound', sentence: 'An array bound is not valid.', win32: 1734 },
  { code: 0x1c000008, symbol: 'nca_s_rpc_version_mismatch', sentence: 'The RPC versions do not match.', win32: 1728 },
  { code: 0x1c000009, symbol: 'nca_s_unspec_reject', sentence: 'Rejected without a reason.', win32: 1726 },
  { code: 0x1c00000a, symbol: 'nca_s_bad_actid', sentence: 'The client has no call of that activity.', win32: 1727 },
  { code: 0x1c00000b, symbol: 'nca_s_who_are_you_failed', sentence: 'The callback to the client failed.', win32: 1726 },
  { code: 0x1c00000c, symbol: 'nca_s_manager_not_entered', sentence: 'The operation was not begun.', win32: 1727 },
  { code: 0x1c00000d, symbol: 'nca_s_fault_cancel', sentence: 'The operation was cancelled.', win32: 1818 },
  { code: 0x1c00000e, symbol: 'nca_s_fault_ill_inst', sentence: 'The server met an illegal instruction.', win32: 1768 },
  { code: 0x1c00000f, symbol: 'nca_s_fault_fp_error', sentence: 'The server met a floating-point error.', win32: 1771 },
  {
    code: 0x1c000010,
    symbol: 'nca_s_fault_int_overflow',
    sentence: 'The server met an integer overflow.',
    win32: 1768,
  },
  { code: 0x1c000012, symbol: 'nca_s_fault_unspec', sentence: 'The operation failed without a reason.', win32: 1726 },
  {
    code: 0x1c000013,
    symbol: 'nca_s_fault_remote_comm_failure',
    sentence: 'The server lost its connection.',
    win32: null,
  },
  { code: 0x1c000014, symbol: 'nca_s_fault_pipe_empty', sentence: 'The pipe has no data left.', win32: 1918 },
  { code: 0x1c000015, symbol: 'nca_s_fault_pipe_closed', sentence: 'The pipe is closed.', win32: 1916 },
  { code: 0x1c000016, symbol: 'nca_s_fault_pipe_order', sentence: 'Pipes were used in the wrong order.', win32: 1831 },
  { code: 0x1c000017, symbol: 'nca_s_fault_pipe_discipline', sentence: 'The pipe was misused.', win32: 1917 },
  { code: 0x1c000018, symbol: 'nca_s_fault_pipe_comm_error', sentence: 'The pipe lost its connection.', win32: 1820 },
  { code: 0x1c000019, symbol: 'nca_s_fault_pipe_memory', sentence: 'No memory for the pipe.', win32: 14 },
  {
    code: 0x1c00001a,
    symbol: 'nca_s_fault_context_mismatch',
    sentence: 'The server does not know the context handle.',
    win32: 6,
  },
  {
    code: 0x1c00001b,
    symbol: 'nca_s_fault_remote_no_memory',
    sentence: 'The server has no memory for the call.',
    win32: 1130,
  },
  {
    code: 0x1c00001c,
    symbol: 'nca_s_invalid_pres_context_id',
    sentence: 'The presentation context is unknown.',
    win32: 1728,
  },
  {
    code: 0x1c00001d,
    symbol: 'nca_s_unsupported_authn_level',
    sentence: 'The authentication level is not supported.',
    win32: 1821,
  },
  { code: 0x1c00001f, symbol: 'nca_s_invalid_checksum', sentence: 'The checksum of the call is wrong.', win32: 1727 },
  { code: 0x1c000020, symbol: 'nca_s_invalid_crc', sentence: 'The CRC of the call is wrong.', win32: 1727 },
  {
    code: 0x1c000021,
    symbol: 'nca_s_fault_user_defined',
    sentence: 'A fault that the interface defines.',
    win32: null,
  },
  {
    code: 0x1c000022,
    symbol: 'nca_s_fault_tx_open_failed',
    sentence: 'The transaction could not be opened.',
    win32: null,
  },
  {
    code: 0x1c000023,
    symbol: 'nca_s_fault_codeset_conv_error',
    sentence: 'A code set could not be converted.',
    win32: null,
  },
  { code: 0x1c000024, symbol: 'nca_s_fault_object_not_found', sentence: 'The object was not found.', win32: null },
  {
    code: 0x1c000025,
    symbol: 'nca_s_fault_no_client_stub',
    sentence: 'The client has no stub for the callback.',
    win32: null,
  },
] as const satisfies readonly NcaStatus[];

export type NcaSymbol = (typeof NCA)[number]['symbol'];

/**
 * What becomes of an nca status that has a name but no Win32 number: [MS-RPCE] leaves it open. RPC_S_CALL_FAILED claims
 * least, since it does not deny that the server ran the call.
 */
export const UNMAPPED_NCA = win32Code('RPC_S_CALL_FAILED');

const BY_CODE = new Map<number, NcaStatus>(NCA.map((status) => [status.code, status]));
const BY_SYMBOL = new Map<string, number>(NCA.map(({ symbol, code }) => [symbol, code]));

export function ncaStatus(code: number): NcaStatus | undefined {
  return BY_CODE.get(code >>> 0);
}

/** The number of a symbol: `ncaCode('nca_s_unk_if')` is 0x1c010003. */
export function ncaCode(symbol: NcaSymbol): number {
  return BY_SYMBOL.get(symbol) as number;
}

/**
 * The Win32 number for the body of a fault or reject. A number outside the table goes through as it is: Windows servers
 * put Win32 numbers such as 5 and 1783 there ([MS-RPCE] 3.1.1.5.5).
 */
export function ncaToWin32(status: number, unmapped: number = UNMAPPED_NCA): number {
  const known = ncaStatus(status);
  return known === undefined ? status >>> 0 : (known.win32 ?? unmapped);
}
