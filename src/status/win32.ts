/** A status number with the name and the meaning that people know it by. */
export interface Status {
  readonly code: number;
  readonly symbol: Win32Symbol | UnknownWin32;
  readonly sentence: string;
}

/** The stand-in for a symbol where the number is not in the table: `WIN32_4711`. */
export type UnknownWin32 = `WIN32_${number}`;

/** Win32 and Winsock error numbers that this package can meet ([MS-ERREF] 2.2); the sentences are ours. */
export const WIN32 = [
  { code: 0, symbol: 'ERROR_SUCCESS', sentence: 'The operation completed.' },
  { code: 1, symbol: 'ERROR_INVALID_FUNCTION', sentence: 'The server does not know this function or control code.' },
  { code: 2, symbol: 'ERROR_FILE_NOT_FOUND', sentence: 'There is no such file, key or value.' },
  { code: 3, symbol: 'ERROR_PATH_NOT_FOUND', sentence: 'There is no such directory.' },
  { code: 5, symbol: 'ERROR_ACCESS_DENIED', sentence: 'Access is denied.' },
  {
    code: 6,
    symbol: 'ERROR_INVALID_HANDLE',
    sentence: 'The handle is not one that the server gave out and still holds.',
  },
  { code: 8, symbol: 'ERROR_NOT_ENOUGH_MEMORY', sentence: 'Memory for the request is not available.' },
  { code: 13, symbol: 'ERROR_INVALID_DATA', sentence: 'The data is not valid.' },
  { code: 14, symbol: 'ERROR_OUTOFMEMORY', sentence: 'Memory for the operation is not available.' },
  { code: 31, symbol: 'ERROR_GEN_FAILURE', sentence: 'The call failed and left no reason.' },
  { code: 53, symbol: 'ERROR_BAD_NETPATH', sentence: 'No machine with that network name answers.' },
  { code: 64, symbol: 'ERROR_NETNAME_DELETED', sentence: 'The network connection was ended by the other side.' },
  { code: 67, symbol: 'ERROR_BAD_NET_NAME', sentence: 'There is no share of that name.' },
  {
    code: 70,
    symbol: 'ERROR_SHARING_PAUSED',
    sentence: 'The server is paused or starting and does not serve this yet.',
  },
  { code: 86, symbol: 'ERROR_INVALID_PASSWORD', sentence: 'The password is wrong.' },
  { code: 87, symbol: 'ERROR_INVALID_PARAMETER', sentence: 'A parameter is not valid.' },
  { code: 120, symbol: 'ERROR_CALL_NOT_IMPLEMENTED', sentence: 'This system does not implement the function.' },
  { code: 121, symbol: 'ERROR_SEM_TIMEOUT', sentence: 'The time for the network answer is over.' },
  { code: 122, symbol: 'ERROR_INSUFFICIENT_BUFFER', sentence: 'The buffer is too small for the answer.' },
  { code: 126, symbol: 'ERROR_MOD_NOT_FOUND', sentence: 'This machine has no such library, or lacks one it needs.' },
  { code: 127, symbol: 'ERROR_PROC_NOT_FOUND', sentence: 'The library of this machine lacks the function.' },
  { code: 234, symbol: 'ERROR_MORE_DATA', sentence: 'The buffer is too small; more data is there.' },
  { code: 259, symbol: 'ERROR_NO_MORE_ITEMS', sentence: 'There are no more entries.' },
  { code: 1058, symbol: 'ERROR_SERVICE_DISABLED', sentence: 'The service is disabled.' },
  { code: 1060, symbol: 'ERROR_SERVICE_DOES_NOT_EXIST', sentence: 'There is no such service.' },
  { code: 1062, symbol: 'ERROR_SERVICE_NOT_ACTIVE', sentence: 'The service is not started.' },
  { code: 1115, symbol: 'ERROR_SHUTDOWN_IN_PROGRESS', sentence: 'The system is shutting down.' },
  { code: 1130, symbol: 'ERROR_NOT_ENOUGH_SERVER_MEMORY', sentence: 'The server has no memory for the call.' },
  { code: 1168, symbol: 'ERROR_NOT_FOUND', sentence: 'There is no such element.' },
  {
    code: 1219,
    symbol: 'ERROR_SESSION_CREDENTIAL_CONFLICT',
    sentence: 'There is a session to that server under another user name already.',
  },
  { code: 1222, symbol: 'ERROR_NO_NETWORK', sentence: 'There is no network.' },
  { code: 1225, symbol: 'ERROR_CONNECTION_REFUSED', sentence: 'The other machine refused the connection.' },
  { code: 1231, symbol: 'ERROR_NETWORK_UNREACHABLE', sentence: 'No route leads to that network.' },
  { code: 1232, symbol: 'ERROR_HOST_UNREACHABLE', sentence: 'No route leads to that machine.' },
  { code: 1255, symbol: 'ERROR_SERVER_SHUTDOWN_IN_PROGRESS', sentence: 'The server machine is shutting down.' },
  { code: 1326, symbol: 'ERROR_LOGON_FAILURE', sentence: 'The user name or the password is wrong.' },
  { code: 1327, symbol: 'ERROR_ACCOUNT_RESTRICTION', sentence: 'A restriction of the account forbids this logon.' },
  { code: 1330, symbol: 'ERROR_PASSWORD_EXPIRED', sentence: 'The password of the account has expired.' },
  { code: 1331, symbol: 'ERROR_ACCOUNT_DISABLED', sentence: 'The account is disabled.' },
  { code: 1355, symbol: 'ERROR_NO_SUCH_DOMAIN', sentence: 'The domain does not exist or cannot be reached.' },
  { code: 1385, symbol: 'ERROR_LOGON_TYPE_NOT_GRANTED', sentence: 'The account may not log on in this way.' },
  { code: 1398, symbol: 'ERROR_TIME_SKEW', sentence: 'The clocks of client and server differ too much.' },
  { code: 1460, symbol: 'ERROR_TIMEOUT', sentence: 'The operation did not end in its time.' },
  { code: 1702, symbol: 'RPC_S_INVALID_BINDING', sentence: 'The binding handle is not valid.' },
  { code: 1703, symbol: 'RPC_S_PROTSEQ_NOT_SUPPORTED', sentence: 'This system does not speak the protocol sequence.' },
  { code: 1704, symbol: 'RPC_S_INVALID_RPC_PROTSEQ', sentence: 'There is no such protocol sequence.' },
  { code: 1706, symbol: 'RPC_S_INVALID_ENDPOINT_FORMAT', sentence: 'The endpoint does not have the form of one.' },
  { code: 1707, symbol: 'RPC_S_INVALID_NET_ADDR', sentence: 'The network address is not valid.' },
  { code: 1708, symbol: 'RPC_S_NO_ENDPOINT_FOUND', sentence: 'No endpoint was found.' },
  { code: 1717, symbol: 'RPC_S_UNKNOWN_IF', sentence: 'The server does not offer this interface or version.' },
  { code: 1720, symbol: 'RPC_S_CANT_CREATE_ENDPOINT', sentence: 'The endpoint could not be created.' },
  { code: 1721, symbol: 'RPC_S_OUT_OF_RESOURCES', sentence: 'Not enough resources, such as firewall ports, are free.' },
  { code: 1722, symbol: 'RPC_S_SERVER_UNAVAILABLE', sentence: 'The RPC server does not answer.' },
  { code: 1723, symbol: 'RPC_S_SERVER_TOO_BUSY', sentence: 'The RPC server is too busy for this call.' },
  { code: 1726, symbol: 'RPC_S_CALL_FAILED', sentence: 'The call failed; the server may have run it.' },
  { code: 1727, symbol: 'RPC_S_CALL_FAILED_DNE', sentence: 'The call failed; the server did not run it.' },
  { code: 1728, symbol: 'RPC_S_PROTOCOL_ERROR', sentence: 'One side broke the RPC protocol.' },
  { code: 1730, symbol: 'RPC_S_UNSUPPORTED_TRANS_SYN', sentence: 'The server does not speak the transfer syntax.' },
  { code: 1732, symbol: 'RPC_S_UNSUPPORTED_TYPE', sentence: 'The type UUID is not supported.' },
  { code: 1733, symbol: 'RPC_S_INVALID_TAG', sentence: 'The tag selects no arm of the union.' },
  { code: 1734, symbol: 'RPC_S_INVALID_BOUND', sentence: 'An array bound is not valid.' },
  { code: 1740, symbol: 'RPC_S_DUPLICATE_ENDPOINT', sentence: 'The endpoint is in use already.' },
  { code: 1745, symbol: 'RPC_S_PROCNUM_OUT_OF_RANGE', sentence: 'The interface has no operation of this number.' },
  { code: 1746, symbol: 'RPC_S_BINDING_HAS_NO_AUTH', sentence: 'The binding carries no authentication.' },
  { code: 1747, symbol: 'RPC_S_UNKNOWN_AUTHN_SERVICE', sentence: 'The authentication service is unknown.' },
  { code: 1748, symbol: 'RPC_S_UNKNOWN_AUTHN_LEVEL', sentence: 'The authentication level is unknown.' },
  { code: 1751, symbol: 'EPT_S_INVALID_ENTRY', sentence: 'The endpoint-mapper entry is not valid.' },
  { code: 1752, symbol: 'EPT_S_CANT_PERFORM_OP', sentence: 'The endpoint mapper cannot perform the operation.' },
  { code: 1753, symbol: 'EPT_S_NOT_REGISTERED', sentence: 'The endpoint mapper has no endpoint for the interface.' },
  { code: 1764, symbol: 'RPC_S_CANNOT_SUPPORT', sentence: 'The operation is not supported.' },
  { code: 1766, symbol: 'RPC_S_INTERNAL_ERROR', sentence: 'The RPC runtime failed internally.' },
  { code: 1767, symbol: 'RPC_S_ZERO_DIVIDE', sentence: 'The server divided an integer by zero.' },
  { code: 1768, symbol: 'RPC_S_ADDRESS_ERROR', sentence: 'The server met an addressing error.' },
  { code: 1769, symbol: 'RPC_S_FP_DIV_ZERO', sentence: 'The server divided a floating-point number by zero.' },
  { code: 1770, symbol: 'RPC_S_FP_UNDERFLOW', sentence: 'The server met a floating-point underflow.' },
  { code: 1771, symbol: 'RPC_S_FP_OVERFLOW', sentence: 'The server met a floating-point overflow.' },
  { code: 1775, symbol: 'RPC_X_SS_IN_NULL_CONTEXT', sentence: 'A null context handle was passed where one is needed.' },
  { code: 1780, symbol: 'RPC_X_NULL_REF_POINTER', sentence: 'A reference pointer is null.' },
  { code: 1783, symbol: 'RPC_X_BAD_STUB_DATA', sentence: 'The arguments on the wire cannot be read.' },
  { code: 1791, symbol: 'RPC_S_CALL_IN_PROGRESS', sentence: 'A call is in progress on this thread already.' },
  { code: 1793, symbol: 'ERROR_ACCOUNT_EXPIRED', sentence: 'The account has expired.' },
  {
    code: 1812,
    symbol: 'ERROR_RESOURCE_DATA_NOT_FOUND',
    sentence: 'The file has no resource section or not that resource.',
  },
  { code: 1813, symbol: 'ERROR_RESOURCE_TYPE_NOT_FOUND', sentence: 'The file has no resource of that type.' },
  { code: 1818, symbol: 'RPC_S_CALL_CANCELLED', sentence: 'The call was cancelled.' },
  { code: 1820, symbol: 'RPC_S_COMM_FAILURE', sentence: 'The communication failed.' },
  { code: 1821, symbol: 'RPC_S_UNSUPPORTED_AUTHN_LEVEL', sentence: 'The authentication level is not supported.' },
  { code: 1825, symbol: 'RPC_S_SEC_PKG_ERROR', sentence: 'The security package failed.' },
  { code: 1831, symbol: 'RPC_X_WRONG_PIPE_ORDER', sentence: 'Pipe parameters were used in the wrong order.' },
  { code: 1909, symbol: 'ERROR_ACCOUNT_LOCKED_OUT', sentence: 'The account is locked.' },
  { code: 1916, symbol: 'RPC_X_PIPE_CLOSED', sentence: 'The pipe parameter is closed.' },
  {
    code: 1917,
    symbol: 'RPC_X_PIPE_DISCIPLINE_ERROR',
    sentence: 'A pipe was used before the one ahead of it was done.',
  },
  { code: 1918, symbol: 'RPC_X_PIPE_EMPTY', sentence: 'The pipe parameter has no data left.' },
  { code: 5004, symbol: 'ERROR_RESOURCE_NOT_ONLINE', sentence: 'The cluster resource is not online.' },
  { code: 5006, symbol: 'ERROR_RESOURCE_NOT_AVAILABLE', sentence: 'The cluster resource is not available.' },
  { code: 5007, symbol: 'ERROR_RESOURCE_NOT_FOUND', sentence: 'There is no such cluster resource.' },
  { code: 5012, symbol: 'ERROR_GROUP_NOT_AVAILABLE', sentence: 'The cluster group is not available.' },
  { code: 5013, symbol: 'ERROR_GROUP_NOT_FOUND', sentence: 'There is no such cluster group.' },
  { code: 5015, symbol: 'ERROR_GROUP_NOT_ONLINE', sentence: 'The cluster group is not online.' },
  {
    code: 5016,
    symbol: 'ERROR_HOST_NODE_NOT_RESOURCE_OWNER',
    sentence: 'That node does not own the cluster resource.',
  },
  {
    code: 5023,
    symbol: 'ERROR_INVALID_STATE',
    sentence: 'The state of the group or resource does not allow the operation.',
  },
  { code: 5035, symbol: 'ERROR_NETWORK_NOT_AVAILABLE', sentence: 'The cluster network is not available.' },
  { code: 5036, symbol: 'ERROR_NODE_NOT_AVAILABLE', sentence: 'The cluster node is not available.' },
  { code: 5042, symbol: 'ERROR_CLUSTER_NODE_NOT_FOUND', sentence: 'There is no such cluster node.' },
  { code: 5045, symbol: 'ERROR_CLUSTER_NETWORK_NOT_FOUND', sentence: 'There is no such cluster network.' },
  {
    code: 5047,
    symbol: 'ERROR_CLUSTER_NETINTERFACE_NOT_FOUND',
    sentence: 'There is no such network interface in the cluster.',
  },
  { code: 5050, symbol: 'ERROR_CLUSTER_NODE_DOWN', sentence: 'The cluster node is down.' },
  { code: 5060, symbol: 'ERROR_CLUSTER_INVALID_NODE', sentence: 'The cluster node is not valid.' },
  { code: 5065, symbol: 'ERROR_CLUSTER_NODE_PAUSED', sentence: 'The cluster node is paused.' },
  { code: 5069, symbol: 'ERROR_DEPENDENCY_NOT_ALLOWED', sentence: 'The cluster resource may not depend on that one.' },
  { code: 5070, symbol: 'ERROR_CLUSTER_NODE_ALREADY_UP', sentence: 'The cluster node is up already.' },
  { code: 5072, symbol: 'ERROR_CLUSTER_NODE_NOT_READY', sentence: 'The cluster node is not ready.' },
  { code: 5073, symbol: 'ERROR_CLUSTER_NODE_SHUTTING_DOWN', sentence: 'The cluster node is shutting down.' },
  {
    code: 5078,
    symbol: 'ERROR_CLUSTER_RESOURCE_TYPE_NOT_FOUND',
    sentence: 'There is no such type of cluster resource.',
  },
  { code: 10048, symbol: 'WSAEADDRINUSE', sentence: 'The address and port are in use already.' },
  { code: 10051, symbol: 'WSAENETUNREACH', sentence: 'No route leads to that network.' },
  { code: 10055, symbol: 'WSAENOBUFS', sentence: 'The system has no buffer space or no ephemeral port left.' },
  { code: 10060, symbol: 'WSAETIMEDOUT', sentence: 'The other side did not answer the connection.' },
  { code: 10061, symbol: 'WSAECONNREFUSED', sentence: 'The other side refused the connection.' },
  { code: 10065, symbol: 'WSAEHOSTUNREACH', sentence: 'No route leads to that machine.' },
  { code: 11001, symbol: 'WSAHOST_NOT_FOUND', sentence: 'There is no such host name.' },
] as const;

/** A name of WIN32. */
export type Win32Symbol = (typeof WIN32)[number]['symbol'];

const BY_CODE = new Map<number, Status>(WIN32.map((status) => [status.code, status]));
const BY_SYMBOL = new Map<string, number>(WIN32.map(({ symbol, code }) => [symbol, code]));

/** A negative number is read as the unsigned one of the same 32 bits, as native code may hand it over. */
export function win32Status(code: number): Status {
  const unsigned = code >>> 0;
  return (
    BY_CODE.get(unsigned) ?? { code: unsigned, symbol: `WIN32_${unsigned}`, sentence: unknownStatusText(unsigned) }
  );
}

/** The number of a symbol: `win32Code('RPC_S_OUT_OF_RESOURCES')` is 1721. */
export function win32Code(symbol: Win32Symbol): number {
  return BY_SYMBOL.get(symbol) as number;
}

/** A status as people look it up: `0x1C010003`. */
export function statusHex(code: number): string {
  return `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

export function unknownStatusText(code: number, said?: string): string {
  return said ? `${statusHex(code)} (${code >>> 0}): ${said}` : `${statusHex(code)} (${code >>> 0}, unknown status)`;
}
