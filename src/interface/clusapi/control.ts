import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readConformantBytes, readExtent, writeConformantBytes, writeExtent } from '../../ndr/array.ts';
import { readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { type ReferentIds, readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import type { NodeHandle, ObjectHandle } from './handles.ts';
import { type ClusapiOperationName, type ClusapiResult, defineOperation, type Parameters } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/** Set in the code of every control that changes something ([MS-CMRP] 2.2.2.3). */
export const CONTROL_MODIFIES = 0x00400000;

/** What a control code is about: bits 24 to 31. */
const OBJECTS = {
  resource: 0x01,
  resourceType: 0x02,
  group: 0x03,
  node: 0x04,
  network: 0x05,
  netInterface: 0x06,
  cluster: 0x07,
};

/** Functions that read, the same for most kinds of objects; the low two bits are the access they need, 1 to read. */
export const CONTROLS = {
  unknown: 0x00,
  getCharacteristics: 0x05,
  getFlags: 0x09,
  getName: 0x29,
  getResourceType: 0x2d,
  getId: 0x39,
  getFqdn: 0x3d,
  enumCommonProperties: 0x51,
  getReadOnlyCommonProperties: 0x55,
  getCommonProperties: 0x59,
  getReadOnlyPrivateProperties: 0x7d,
  getPrivateProperties: 0x81,
} as const;

export type ControlObject = keyof typeof OBJECTS;

/** `CLUSCTL_GROUP_GET_NAME` is controlCode('group', 'getName'). */
export function controlCode(object: ControlObject, control: keyof typeof CONTROLS): number {
  return ((OBJECTS[object] << 24) | CONTROLS[control]) >>> 0;
}

export interface ControlBlock {
  readonly code: number;
  readonly input: Uint8Array | null;
  /** Bytes; the server refuses with 234 when the output is longer, and says how long it is. */
  readonly outputSize: number;
}

export interface ControlRequest<Kind extends string> extends ControlBlock {
  readonly handle: ObjectHandle<Kind>;
}

export interface NodeControlRequest<Kind extends string> extends ControlRequest<Kind> {
  /** Who executes it. */
  readonly node: NodeHandle;
}

export interface ControlResponse extends ClusapiResult {
  readonly output: Uint8Array;
  /** As in the request: what the array could hold. */
  readonly outputSize: number;
  /** Bytes that the output needs. */
  readonly required: number;
}

/** A control operation, executed by whoever owns the object. */
export function control<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<ControlRequest<Kind>, ControlResponse>({
    name,
    request: {
      write: (writer, request, ids) => {
        writeContextHandle(writer, request.handle);
        writeBlock(writer, request, ids);
      },
      read: (reader) => ({ handle: readContextHandle(reader), ...readBlock(reader) }),
    },
    response: output(),
    refused,
  });
}

/** The same, executed by a node that the caller names. */
function nodeControl<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<NodeControlRequest<Kind>, ControlResponse>({
    name,
    request: {
      write: (writer, request, ids) => {
        writeContextHandle(writer, request.handle);
        writeContextHandle(writer, request.node);
        writeBlock(writer, request, ids);
      },
      read: (reader) => ({
        handle: readContextHandle(reader),
        node: readContextHandle(reader),
        ...readBlock(reader),
      }),
    },
    response: output(),
    refused,
  });
}

/** Operations 106, 79, 73, 77, 89 and 98 ([MS-CMRP] 3.1.4.1.106, 80, 74, 78, 89, 98). */
export const ApiClusterControl = control<'cluster'>('ApiClusterControl');
export const ApiNodeControl = control<'node'>('ApiNodeControl');
export const ApiResourceControl = control<'resource'>('ApiResourceControl');
export const ApiGroupControl = control<'group'>('ApiGroupControl');
export const ApiNetworkControl = control<'network'>('ApiNetworkControl');
export const ApiNetInterfaceControl = control<'netInterface'>('ApiNetInterfaceControl');

/** Operations 105, 78, 72, 76, 88 and 97. */
export const ApiNodeClusterControl = nodeControl<'cluster'>('ApiNodeClusterControl');
export const ApiNodeNodeControl = nodeControl<'node'>('ApiNodeNodeControl');
export const ApiNodeResourceControl = nodeControl<'resource'>('ApiNodeResourceControl');
export const ApiNodeGroupControl = nodeControl<'group'>('ApiNodeGroupControl');
export const ApiNodeNetworkControl = nodeControl<'network'>('ApiNodeNetworkControl');
export const ApiNodeNetInterfaceControl = nodeControl<'netInterface'>('ApiNodeNetInterfaceControl');

export interface ResourceTypeControlRequest extends ControlBlock {
  readonly typeName: string;
}

/** Operation 75 ([MS-CMRP] 3.1.4.1.76): a resource type has no handle, its name stands for it. */
export const ApiResourceTypeControl = defineOperation<ResourceTypeControlRequest, ControlResponse>({
  name: 'ApiResourceTypeControl',
  request: {
    write: (writer, request, ids) => {
      writeWideString(writer, request.typeName);
      writeBlock(writer, request, ids);
    },
    read: (reader) => ({ typeName: readWideString(reader), ...readBlock(reader) }),
  },
  response: output(),
  refused,
});

function writeBlock(writer: Writer, { code, input, outputSize }: ControlBlock, ids: ReferentIds): void {
  writeU32(writer, code);
  writePointer(writer, ids, input, writeConformantBytes);
  writeU32(writer, input?.length ?? 0);
  writeU32(writer, outputSize);
}

function readBlock(reader: Reader): ControlBlock {
  const code = readU32(reader);
  const input = readPointer(reader, readConformantBytes);
  readU32(reader);
  return { code, input, outputSize: readU32(reader) };
}

function output(): Parameters<ControlResponse> {
  return {
    write: (writer, response, _, version) => {
      writeExtent(writer, { maxCount: response.outputSize, count: response.output.length });
      writer.bytes(response.output);
      writeU32(writer, response.output.length);
      writeU32(writer, response.required);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => {
      const { maxCount, count } = readExtent(reader, 1);
      const bytes = reader.take(count).slice();
      readU32(reader);
      return {
        output: bytes,
        outputSize: maxCount,
        required: readU32(reader),
        ...readRpcStatus(reader, version),
        status: readU32(reader),
      };
    },
  };
}

function refused(status: number, { outputSize }: ControlBlock): ControlResponse {
  return { output: new Uint8Array(0), outputSize, required: 0, status };
}
