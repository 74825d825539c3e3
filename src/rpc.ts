export { Reader } from './bytes/reader.ts';
export { type Uuid, uuid, uuidText } from './bytes/uuid.ts';
export { Writer } from './bytes/writer.ts';
export { traceOf } from './client/call-error.ts';
export type { Caller, CallOptions, CallResult } from './client/caller.ts';
export { RpcClient, type RpcClientOptions } from './client/rpc-client.ts';
export { RpcConnection, type RpcConnectionOptions } from './client/rpc-connection.ts';
export type { CallTrace, InterfaceId } from './machine/call.ts';
export type { ClientSettings, Dialect, ServerSettings } from './machine/cl/dialects.ts';
export type { Address } from './machine/contract.ts';
export { type ContextHandle, readContextHandle, writeContextHandle } from './ndr/context-handle.ts';
export { ContextHandles } from './server/context-handles.ts';
export {
  type RpcCall,
  type RpcInterface,
  type RpcOperation,
  RpcServer,
  type RpcServerOptions,
} from './server/rpc-server.ts';
export { FaultError, RejectError } from './status/errors.ts';
