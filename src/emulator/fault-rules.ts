import { sameName } from '../interface/clusapi/index.ts';
import type { Address } from '../machine/contract.ts';
import { type Duration, durationMs } from '../status/duration.ts';
import { NCA } from '../status/nca.ts';
import { invalidOption } from '../status/options.ts';
import { WIN32 } from '../status/win32.ts';
import { CLUSTER_SERVICE_OPERATIONS } from './clusapi/service.ts';
import { MAPPER_SERVICE_OPERATIONS } from './mapper-service.ts';

/** A number, or a symbol of the Win32 or nca tables: `ERROR_ACCESS_DENIED`, `nca_s_server_too_busy`. */
export type StatusName = number | string;

/** drop, delay and duplicate happen to datagrams, the others to calls: the operation is not executed. */
export type FaultAction =
  | 'drop'
  | { readonly delay: Duration }
  /** How many more times the datagram goes out. */
  | { readonly duplicate: number }
  | { readonly reject: StatusName }
  | { readonly fault: StatusName }
  /** The operation answers with this status. */
  | { readonly win32: StatusName };

/** A fault of the emulated host: which calls or callbacks, the how many of them, and what happens. */
export interface FaultRule {
  /**
   * The name of an operation, or one of `callback` (a conversation callback of the host), `mapper` (a request at the
   * endpoint mapper's port), `request`, `response`. In any case.
   */
  readonly on: string;
  /** Only from this one on, counted from 1 among those that match. */
  readonly nth?: number;
  /** How often it applies; default: once with `nth`, else always. */
  readonly times?: number;
  /** Only what this socket of a client sends or gets. */
  readonly from?: Address;
  readonly action: FaultAction;
}

/** What else a rule can wait for, besides operations. */
export const FAULT_PLACES = ['callback', 'mapper', 'request', 'response'] as const;

/** Operations that an emulated host executes. */
export const FAULT_OPERATIONS: readonly string[] = [...CLUSTER_SERVICE_OPERATIONS, ...MAPPER_SERVICE_OPERATIONS];

/** What happens instead of the operation. */
export interface CallFault {
  readonly kind: 'reject' | 'fault' | 'win32';
  readonly status: number;
}

export type PacketFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'duplicate'; readonly copies: number };

/** A rule that has been checked, with its count. */
export interface ArmedRule {
  readonly on: string;
  readonly from: Address | null;
  readonly fault: CallFault | PacketFault;
  readonly first: number;
  readonly last: number;
  /** How many have matched so far. */
  seen: number;
}

/** Throws LocalMisuseError with ERR_CLUSRPC_INVALID_OPTION that lists what is known. */
export function armRule({ on, nth, times, from, action }: FaultRule): ArmedRule {
  const known = [...FAULT_PLACES, ...FAULT_OPERATIONS];
  const name = known.find((each) => sameName(each, on));
  if (name === undefined) throw invalidOption(`a fault on ${JSON.stringify(on)}: it is none of ${known.join(', ')}`);
  for (const [what, value] of Object.entries({ nth, times })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw invalidOption(`${what} of a fault is a whole number from 1 on, not ${value}`);
    }
  }
  const fault = readAction(action);
  if ((name === 'callback' || name === 'response') && isCallFault(fault)) {
    throw invalidOption(`a ${name} can be dropped, delayed or duplicated, not answered with ${fault.kind}`);
  }
  const first = nth ?? 1;
  const count = times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
  return { on: name, from: from ?? null, fault, first, last: first + count - 1, seen: 0 };
}

export function isCallFault(fault: CallFault | PacketFault): fault is CallFault {
  return 'status' in fault;
}

function readAction(action: FaultAction): CallFault | PacketFault {
  if (action === 'drop') return { kind: 'drop' };
  if (typeof action === 'object' && action !== null) {
    if ('delay' in action) return { kind: 'delay', ms: durationMs(action.delay) };
    if ('duplicate' in action && Number.isInteger(action.duplicate) && action.duplicate >= 1) {
      return { kind: 'duplicate', copies: Math.min(action.duplicate, MOST_COPIES) };
    }
    if ('reject' in action) return { kind: 'reject', status: statusNumber(action.reject) };
    if ('fault' in action) return { kind: 'fault', status: statusNumber(action.fault) };
    if ('win32' in action) return { kind: 'win32', status: statusNumber(action.win32) };
  }
  throw invalidOption(
    `the action of a fault is 'drop', {delay}, {duplicate: 1 or more}, {reject}, {fault} or {win32}, not ${JSON.stringify(action)}`,
  );
}

const MOST_COPIES = 100;

function statusNumber(status: StatusName): number {
  if (typeof status === 'number' && Number.isInteger(status) && status > 0 && status <= 0xffffffff) return status;
  const found = [...WIN32, ...NCA].find(({ symbol }) => typeof status === 'string' && sameName(symbol, status));
  if (found !== undefined) return found.code;
  throw invalidOption(`${JSON.stringify(status)} is neither a status number nor a symbol such as ERROR_ACCESS_DENIED`);
}
