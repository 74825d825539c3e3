import { isClusError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';

const OWN_CODES: ReadonlySet<string> = new Set([
  'ERR_CLUSRPC_PROTOCOL',
  'ERR_CLUSRPC_TOO_SHORT',
  'ERR_CLUSRPC_FAULT',
  'ERR_CLUSRPC_REJECT',
  'ERR_CLUSRPC_TRANSPORT',
  'ERR_CLUSRPC_TIMEOUT',
]);

/** RPC_S_INVALID_BINDING to RPC_S_COMM_FAILURE: the statuses of an RPC runtime, not of the Cluster service. */
const FIRST_RPC_STATUS = win32Code('RPC_S_INVALID_BINDING');
const LAST_RPC_STATUS = win32Code('RPC_S_COMM_FAILURE');

/**
 * Whether an error of a call says that its handle may be of no more use: RPC failed, or the server does not know the handle. A
 * status of the Cluster service itself, such as ERROR_ACCESS_DENIED, came over a handle that works.
 */
export function breaksHandle(error: unknown): boolean {
  if (!isClusError(error)) return false;
  const { code, errno } = error;
  if (errno === undefined) return OWN_CODES.has(code);
  return errno === win32Code('ERROR_INVALID_HANDLE') || (errno >= FIRST_RPC_STATUS && errno <= LAST_RPC_STATUS);
}
