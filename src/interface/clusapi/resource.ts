import { readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { type HandleRequest, handleParameter, type ResourceHandle } from './handles.ts';
import {
  closeHandle,
  type EnumResponse,
  enumOf,
  enumParameter,
  openByName,
  textOf,
  UNKNOWN_STATE,
} from './object-operations.ts';
import { type ClusapiResult, defineOperation } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/** Operation 8 ([MS-CMRP] 3.1.4.1.9): by name or by id. */
export const ApiOpenResource = openByName<'resource'>('ApiOpenResource');
/** Operation 11 ([MS-CMRP] 3.1.4.1.12). */
export const ApiCloseResource = closeHandle<'resource'>('ApiCloseResource');
/** Operation 14 ([MS-CMRP] 3.1.4.1.15). */
export const ApiGetResourceId = textOf<'resource'>('ApiGetResourceId');
/** Operation 15 ([MS-CMRP] 3.1.4.1.16). */
export const ApiGetResourceType = textOf<'resource'>('ApiGetResourceType');
/** Operation 22 ([MS-CMRP] 3.1.4.1.23): bits of RESOURCE_ENUM. */
export const ApiCreateResEnum = enumOf<'resource'>('ApiCreateResEnum');

export const RESOURCE_ENUM = { depends: 0x00000001, provides: 0x00000002, nodes: 0x00000004 } as const;
export const RESOURCE_TYPE_ENUM = { nodes: 0x00000001, resources: 0x00000002 } as const;

/** [MS-CMRP] 3.1.4.1.13 */
export const RESOURCE_STATES = {
  initializing: 1,
  online: 2,
  offline: 3,
  failed: 4,
  'online-pending': 0x81,
  'offline-pending': 0x82,
} as const;

export interface GetResourceStateResponse extends ClusapiResult {
  /** A number of RESOURCE_STATES. */
  readonly state: number;
  /** Null when status is not 0, as the group's. */
  readonly nodeName: string | null;
  readonly groupName: string | null;
}

/** Operation 12 ([MS-CMRP] 3.1.4.1.13). */
export const ApiGetResourceState = defineOperation<HandleRequest<'resource'>, GetResourceStateResponse>({
  name: 'ApiGetResourceState',
  request: handleParameter(),
  response: {
    write: (writer, response, ids, version) => {
      writeU32(writer, response.state);
      writePointer(writer, ids, response.nodeName, writeWideString);
      writePointer(writer, ids, response.groupName, writeWideString);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      state: readU32(reader),
      nodeName: readPointer(reader, readWideString),
      groupName: readPointer(reader, readWideString),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ state: UNKNOWN_STATE, nodeName: null, groupName: null, status }),
});

export interface CanResourceBeDependentRequest {
  readonly resource: ResourceHandle;
  readonly dependent: ResourceHandle;
}

/** Operation 21 ([MS-CMRP] 3.1.4.1.22): status 0 when the second may depend on the first. */
export const ApiCanResourceBeDependent = defineOperation<CanResourceBeDependentRequest, ClusapiResult>({
  name: 'ApiCanResourceBeDependent',
  request: {
    write: (writer, { resource, dependent }) => {
      writeContextHandle(writer, resource);
      writeContextHandle(writer, dependent);
    },
    read: (reader) => ({ resource: readContextHandle(reader), dependent: readContextHandle(reader) }),
  },
  response: {
    write: (writer, response, _, version) => {
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({ ...readRpcStatus(reader, version), status: readU32(reader) }),
  },
  refused: (status) => ({ status }),
});

export interface CreateResTypeEnumRequest {
  readonly typeName: string;
  /** Bits of RESOURCE_TYPE_ENUM. */
  readonly type: number;
}

/** Operation 103 ([MS-CMRP] 3.1.4.1.103): a resource type has no handle, its name stands for it. */
export const ApiCreateResTypeEnum = defineOperation<CreateResTypeEnumRequest, EnumResponse>({
  name: 'ApiCreateResTypeEnum',
  request: {
    write: (writer, { typeName, type }) => {
      writeWideString(writer, typeName);
      writeU32(writer, type);
    },
    read: (reader) => ({ typeName: readWideString(reader), type: readU32(reader) }),
  },
  response: enumParameter,
  refused: (status) => ({ entries: null, status }),
});
