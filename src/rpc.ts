export { AUTH_LEVEL, AUTH_LEVELS, type AuthLevel, type DatagramLevel } from './auth/datagram/level.ts';
export type { NtlmProviderOptions } from './auth/datagram/server-security.ts';
export { ACCOUNT_STATES, type Account, type AccountState, Accounts, type LockOut } from './auth/ntlm/accounts.ts';
export type { Refusal } from './auth/ntlm/logon.ts';
export type { NtlmVersion } from './auth/ntlm/message.ts';
export { ntHash } from './auth/ntlm/one-way.ts';
export type { ServerNames } from './auth/ntlm/server-context.ts';
export { STREAM_PROVIDER, type StreamProvider } from './auth/stream/provider.ts';
export { Reader } from './bytes/reader.ts';
export { type Uuid, uuid, uuidText } from './bytes/uuid.ts';
export { Writer } from './bytes/writer.ts';
export { traceOf } from './client/call-error.ts';
export type { Caller, CallOptions, CallResult } from './client/caller.ts';
export { type Credentials, Logon, type LogonOptions, type Password } from './client/logon.ts';
export { type BindOptions, RpcClient, type RpcClientOptions } from './client/rpc-client.ts';
export { RpcConnection, type RpcConnectionOptions } from './client/rpc-connection.ts';
export {
  decodeEptMapRequest,
  decodeEptMapResponse,
  decodeTower,
  EPM,
  type EptMapRequest,
  type EptMapResponse,
  encodeEptMapRequest,
  encodeEptMapResponse,
  encodeTower,
  type IpTower,
  type ProtocolSequence,
  type Tower,
} from './interface/epm/index.ts';
export type {
  CallSemantics,
  CallTrace,
  ClCallTrace,
  CoCallTrace,
  ForeignDatagram,
  InterfaceId,
} from './machine/call.ts';
export { type ClientSettings, DIALECT_NAMES, type Dialect, type ServerSettings } from './machine/cl/dialects.ts';
export type { ServerCounters } from './machine/cl/server/types.ts';
export type { CoClientSettings } from './machine/co/client/state.ts';
export type { CoServerSettings } from './machine/co/server/state.ts';
export type { CoServerCounters } from './machine/co/server/types.ts';
export type { Address } from './machine/contract.ts';
export { type ContextHandle, NIL_CONTEXT_HANDLE, readContextHandle, writeContextHandle } from './ndr/context-handle.ts';
export type { SyntaxId, Version } from './ndr/syntax.ts';
export type { ClType } from './pdu/cl/header.ts';
export type { CoType } from './pdu/co/header.ts';
export { ContextHandles } from './server/context-handles.ts';
export {
  type RpcCall,
  type RpcInterface,
  type RpcOperation,
  RpcServer,
  type RpcServerOptions,
} from './server/rpc-server.ts';
export type { RpcCallerIdentity } from './server/served-call.ts';
export {
  ClusError,
  type ErrorCode,
  type ErrorDetails,
  FaultError,
  isClusError,
  LocalMisuseError,
  RejectError,
  RemoteProtocolError,
  TransportError,
} from './status/errors.ts';
export type { Gate } from './transport/endpoint.ts';
export type { DatagramSocket, Deliver, Network, SendFailed } from './transport/network.ts';
export type {
  ConnectOptions,
  StreamHandlers,
  StreamListener,
  StreamNetwork,
  StreamSocket,
} from './transport/streams.ts';
