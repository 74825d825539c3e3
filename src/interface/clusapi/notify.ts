import { readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import {
  type HandleRequest,
  handleParameter,
  type KeyHandle,
  type NotifyHandle,
  type ObjectHandle,
} from './handles.ts';
import { closeHandle, type OpenResponse, openedHandle, refusedHandle } from './object-operations.ts';
import {
  type ClusapiOperationName,
  type ClusapiResult,
  defineOperation,
  NO_PARAMETERS,
  type NoParameters,
  type Parameters,
} from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/* Notification ports ([MS-CMRP] 3.1.4.1.56 to 66): a client adds what it wants to hear of, and asks for one event after the other. */

/** Bits of a filter, and what an event says. */
export const CLUSTER_CHANGE = {
  'node-state': 0x1,
  'node-deleted': 0x2,
  'node-added': 0x4,
  'node-property': 0x8,
  'registry-name': 0x10,
  'registry-attributes': 0x20,
  'registry-value': 0x40,
  'registry-subtree': 0x80,
  'resource-state': 0x100,
  'resource-deleted': 0x200,
  'resource-added': 0x400,
  'resource-property': 0x800,
  'group-state': 0x1000,
  'group-deleted': 0x2000,
  'group-added': 0x4000,
  'group-property': 0x8000,
  'resource-type-deleted': 0x10000,
  'resource-type-added': 0x20000,
  /** Made by the client itself, when it has gone to another server. */
  'cluster-reconnect': 0x80000,
  'network-state': 0x100000,
  'network-deleted': 0x200000,
  'network-added': 0x400000,
  'network-property': 0x800000,
  'net-interface-state': 0x1000000,
  'net-interface-deleted': 0x2000000,
  'net-interface-added': 0x4000000,
  'net-interface-property': 0x8000000,
  'quorum-state': 0x10000000,
  'cluster-state': 0x20000000,
  'cluster-property': 0x40000000,
} as const;

/** Operation 55: opens a port. */
export const ApiCreateNotify = defineOperation<NoParameters, OpenResponse<'notify'>>({
  name: 'ApiCreateNotify',
  request: NO_PARAMETERS,
  response: openedHandle(),
  refused: refusedHandle,
});

/** Operation 56. */
export const ApiCloseNotify = closeHandle<'notify'>('ApiCloseNotify');

export interface AddNotifyRequest<Kind extends string> {
  readonly port: NotifyHandle;
  readonly handle: ObjectHandle<Kind>;
  /** Bits of CLUSTER_CHANGE. */
  readonly filter: number;
  /** What events of this call will carry. */
  readonly notifyKey: number;
}

/** Operation 57: what happens to anything in the cluster. */
export const ApiAddNotifyCluster = defineOperation<AddNotifyRequest<'cluster'>, ClusapiResult>({
  name: 'ApiAddNotifyCluster',
  request: addParameters(),
  response: statusAlone(),
  refused: (status) => ({ status }),
});

export interface AddNotifyResponse extends ClusapiResult {
  /** Counts the changes of the object: what ApiReAddNotify… tells another server, so that nothing is missed. */
  readonly stateSequence: number;
}

/** Operations 58 to 60, 90 and 99: what happens to one object. */
export const ApiAddNotifyNode = addNotify<'node'>('ApiAddNotifyNode');
export const ApiAddNotifyGroup = addNotify<'group'>('ApiAddNotifyGroup');
export const ApiAddNotifyResource = addNotify<'resource'>('ApiAddNotifyResource');
export const ApiAddNotifyNetwork = addNotify<'network'>('ApiAddNotifyNetwork');
export const ApiAddNotifyNetInterface = addNotify<'netInterface'>('ApiAddNotifyNetInterface');

export interface AddNotifyKeyRequest {
  readonly port: NotifyHandle;
  readonly key: KeyHandle;
  readonly notifyKey: number;
  readonly filter: number;
  readonly subTree: boolean;
}

/** Operation 61: what happens to a key of the cluster's registry. */
export const ApiAddNotifyKey = defineOperation<AddNotifyKeyRequest, ClusapiResult>({
  name: 'ApiAddNotifyKey',
  request: {
    write: (writer, { port, key, notifyKey, filter, subTree }) => {
      writeContextHandle(writer, port);
      writeContextHandle(writer, key);
      writeU32(writer, notifyKey);
      writeU32(writer, filter);
      writer.u8(subTree ? 1 : 0);
    },
    read: (reader) => ({
      port: readContextHandle(reader),
      key: readContextHandle(reader),
      notifyKey: readU32(reader),
      filter: readU32(reader),
      subTree: reader.u8() !== 0,
    }),
  },
  response: statusAlone(),
  refused: (status) => ({ status }),
});

export interface ReAddNotifyRequest<Kind extends string> extends AddNotifyRequest<Kind> {
  /** As it was told before the reconnect. */
  readonly stateSequence: number;
}

/** Operations 62 to 64, 91 and 100: the same again after a reconnect. */
export const ApiReAddNotifyNode = reAddNotify<'node'>('ApiReAddNotifyNode');
export const ApiReAddNotifyGroup = reAddNotify<'group'>('ApiReAddNotifyGroup');
export const ApiReAddNotifyResource = reAddNotify<'resource'>('ApiReAddNotifyResource');
export const ApiReAddNotifyNetwork = reAddNotify<'network'>('ApiReAddNotifyNetwork');
export const ApiReAddNotifyNetInterface = reAddNotify<'netInterface'>('ApiReAddNotifyNetInterface');

export interface NotifyEvent extends ClusapiResult {
  readonly notifyKey: number;
  /** One bit of CLUSTER_CHANGE. */
  readonly filter: number;
  readonly stateSequence: number;
  /** Of the object; null when status is not 0. */
  readonly name: string | null;
}

/** Operation 65: the next event, for which the server waits; 259 ERROR_NO_MORE_ITEMS when the wait was given up. */
export const ApiGetNotify = defineOperation<HandleRequest<'notify'>, NotifyEvent>({
  name: 'ApiGetNotify',
  request: handleParameter(),
  response: {
    write: (writer, response, ids, version) => {
      writeU32(writer, response.notifyKey);
      writeU32(writer, response.filter);
      writeU32(writer, response.stateSequence);
      writePointer(writer, ids, response.name, writeWideString);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      notifyKey: readU32(reader),
      filter: readU32(reader),
      stateSequence: readU32(reader),
      name: readPointer(reader, readWideString),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ notifyKey: 0, filter: 0, stateSequence: 0, name: null, status }),
});

/** Operation 107: gives the wait of ApiGetNotify up. The same in 2.0 and 3.0. */
export const ApiUnblockGetNotifyCall = defineOperation<HandleRequest<'notify'>, ClusapiResult>({
  name: 'ApiUnblockGetNotifyCall',
  request: handleParameter(),
  response: {
    write: (writer, { status }) => writeU32(writer, status),
    read: (reader) => ({ status: readU32(reader) }),
  },
  refused: (status) => ({ status }),
});

function addNotify<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<AddNotifyRequest<Kind>, AddNotifyResponse>({
    name,
    request: addParameters(),
    response: {
      write: (writer, response, _, version) => {
        writeU32(writer, response.stateSequence);
        writeRpcStatus(writer, version, response);
        writeU32(writer, response.status);
      },
      read: (reader, version) => ({
        stateSequence: readU32(reader),
        ...readRpcStatus(reader, version),
        status: readU32(reader),
      }),
    },
    refused: (status) => ({ stateSequence: 0, status }),
  });
}

function reAddNotify<Kind extends string>(name: ClusapiOperationName) {
  const { write, read } = addParameters<Kind>();
  return defineOperation<ReAddNotifyRequest<Kind>, ClusapiResult>({
    name,
    request: {
      write: (writer, request, ids, version) => {
        write(writer, request, ids, version);
        writeU32(writer, request.stateSequence);
      },
      read: (reader, version) => ({ ...read(reader, version), stateSequence: readU32(reader) }),
    },
    response: statusAlone(),
    refused: (status) => ({ status }),
  });
}

function addParameters<Kind extends string>(): Parameters<AddNotifyRequest<Kind>> {
  return {
    write: (writer, { port, handle, filter, notifyKey }) => {
      writeContextHandle(writer, port);
      writeContextHandle(writer, handle);
      writeU32(writer, filter);
      writeU32(writer, notifyKey);
    },
    read: (reader) => ({
      port: readContextHandle(reader),
      handle: readContextHandle(reader),
      filter: readU32(reader),
      notifyKey: readU32(reader),
    }),
  };
}

function statusAlone(): Parameters<ClusapiResult> {
  return {
    write: (writer, response, _, version) => {
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({ ...readRpcStatus(reader, version), status: readU32(reader) }),
  };
}
