import { type ContextHandle, readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import type { Parameters } from './operation.ts';

declare const KIND: unique symbol;

/** A context handle that names an object of this kind: the handle of a node cannot be closed as that of a group. */
export type ObjectHandle<Kind extends string> = ContextHandle & { readonly [KIND]?: Kind };

export type NodeHandle = ObjectHandle<'node'>;
export type GroupHandle = ObjectHandle<'group'>;
export type ResourceHandle = ObjectHandle<'resource'>;
export type NetworkHandle = ObjectHandle<'network'>;
export type NetInterfaceHandle = ObjectHandle<'netInterface'>;
/** A key of the cluster's part of the registry. */
export type KeyHandle = ObjectHandle<'key'>;

/** A queue of events of the cluster. */
export type NotifyHandle = ObjectHandle<'notify'>;

export interface HandleRequest<Kind extends string> {
  readonly handle: ObjectHandle<Kind>;
}

/** A request whose only parameter is a handle. */
export function handleParameter<Kind extends string>(): Parameters<HandleRequest<Kind>> {
  return {
    write: (writer, { handle }) => writeContextHandle(writer, handle),
    read: (reader) => ({ handle: readContextHandle(reader) }),
  };
}
