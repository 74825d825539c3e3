import type { Reader } from '../../bytes/reader.ts';
import type { Writer } from '../../bytes/writer.ts';
import { readConformantBytes, writeConformantBytes } from '../../ndr/array.ts';
import { readContextHandle, writeContextHandle } from '../../ndr/context-handle.ts';
import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { type HandleRequest, handleParameter, type KeyHandle } from './handles.ts';
import { closeHandle, type OpenResponse, openedHandle, refusedHandle } from './object-operations.ts';
import { type ClusapiResult, defineOperation } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/* Reads of the cluster's part of the registry, HKLM\Cluster ([MS-CMRP] 3.1.4.1.29 to 39). */

/** samDesired of a reader. */
export const KEY_READ = 0x00020019;

export interface GetRootKeyRequest {
  /** Access rights, such as KEY_READ. */
  readonly access: number;
}

/** Operation 28. */
export const ApiGetRootKey = defineOperation<GetRootKeyRequest, OpenResponse<'key'>>({
  name: 'ApiGetRootKey',
  request: {
    write: (writer, { access }) => writeU32(writer, access),
    read: (reader) => ({ access: readU32(reader) }),
  },
  response: openedHandle(),
  refused: refusedHandle,
});

export interface OpenKeyRequest {
  readonly key: KeyHandle;
  /** Path below the key, with backslashes. */
  readonly subKey: string;
  readonly access: number;
}

/** Operation 30. */
export const ApiOpenKey = defineOperation<OpenKeyRequest, OpenResponse<'key'>>({
  name: 'ApiOpenKey',
  request: {
    write: (writer, { key, subKey, access }) => {
      writeContextHandle(writer, key);
      writeWideString(writer, subKey);
      writeU32(writer, access);
    },
    read: (reader) => ({ key: readContextHandle(reader), subKey: readWideString(reader), access: readU32(reader) }),
  },
  response: openedHandle(),
  refused: refusedHandle,
});

/** Operation 37. */
export const ApiCloseKey = closeHandle<'key'>('ApiCloseKey');

/** An entry of a key by its number; 259 ERROR_NO_MORE_ITEMS behind the last one. */
export interface EnumKeyRequest {
  readonly key: KeyHandle;
  readonly index: number;
}

export interface EnumKeyResponse extends ClusapiResult {
  readonly name: string | null;
  /** FILETIME: 100 ns since 1601. */
  readonly lastWrite: bigint;
}

/** Operation 31. */
export const ApiEnumKey = defineOperation<EnumKeyRequest, EnumKeyResponse>({
  name: 'ApiEnumKey',
  request: {
    write: writeIndexed,
    read: readIndexed,
  },
  response: {
    write: (writer, response, ids, version) => {
      writePointer(writer, ids, response.name, writeWideString);
      writeFiletime(writer, response.lastWrite);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      name: readPointer(reader, readWideString),
      lastWrite: readFiletime(reader),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({ name: null, lastWrite: 0n, status }),
});

export interface QueryValueRequest {
  readonly key: KeyHandle;
  readonly name: string;
  /** Bytes of the value to send; 234 ERROR_MORE_DATA when it has more. */
  readonly size: number;
}

export interface QueryValueResponse extends ClusapiResult {
  /** REG_SZ 1, REG_DWORD 4 and so on. */
  readonly type: number;
  /** `size` bytes, of which the first `required` count. */
  readonly data: Uint8Array;
  readonly required: number;
}

/** Operation 34. */
export const ApiQueryValue = defineOperation<QueryValueRequest, QueryValueResponse>({
  name: 'ApiQueryValue',
  request: {
    write: (writer, { key, name, size }) => {
      writeContextHandle(writer, key);
      writeWideString(writer, name);
      writeU32(writer, size);
    },
    read: (reader) => ({ key: readContextHandle(reader), name: readWideString(reader), size: readU32(reader) }),
  },
  response: {
    write: (writer, response, _, version) => {
      writeU32(writer, response.type);
      writeConformantBytes(writer, response.data);
      writeU32(writer, response.required);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      type: readU32(reader),
      data: readConformantBytes(reader),
      required: readU32(reader),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status, { size }) => ({ type: 0, data: new Uint8Array(boundedSize(size)), required: 0, status }),
});

export interface EnumValueRequest extends EnumKeyRequest {
  readonly size: number;
}

export interface EnumValueResponse extends ClusapiResult {
  readonly name: string | null;
  readonly type: number;
  readonly data: Uint8Array;
  /** Bytes that the value has. */
  readonly total: number;
}

/** Operation 36. */
export const ApiEnumValue = defineOperation<EnumValueRequest, EnumValueResponse>({
  name: 'ApiEnumValue',
  request: {
    write: (writer, request) => {
      writeIndexed(writer, request);
      writeU32(writer, request.size);
    },
    read: (reader) => ({ ...readIndexed(reader), size: readU32(reader) }),
  },
  response: {
    write: (writer, response, ids, version) => {
      writePointer(writer, ids, response.name, writeWideString);
      writeU32(writer, response.type);
      writeConformantBytes(writer, response.data);
      writeU32(writer, response.data.length);
      writeU32(writer, response.total);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => {
      const name = readPointer(reader, readWideString);
      const type = readU32(reader);
      const data = readConformantBytes(reader);
      readU32(reader);
      return { name, type, data, total: readU32(reader), ...readRpcStatus(reader, version), status: readU32(reader) };
    },
  },
  refused: (status) => ({ name: null, type: 0, data: new Uint8Array(0), total: 0, status }),
});

export interface KeyInformation {
  readonly subKeys: number;
  /** UTF-16 units, as the two below; bytes for the values. */
  readonly maxSubKeyLength: number;
  readonly values: number;
  readonly maxValueNameLength: number;
  readonly maxValueLength: number;
  readonly securityDescriptorSize: number;
  readonly lastWrite: bigint;
}

/** Operation 38. */
export const ApiQueryInfoKey = defineOperation<HandleRequest<'key'>, KeyInformation & ClusapiResult>({
  name: 'ApiQueryInfoKey',
  request: handleParameter(),
  response: {
    write: (writer, response, _, version) => {
      writeU32(writer, response.subKeys);
      writeU32(writer, response.maxSubKeyLength);
      writeU32(writer, response.values);
      writeU32(writer, response.maxValueNameLength);
      writeU32(writer, response.maxValueLength);
      writeU32(writer, response.securityDescriptorSize);
      writeFiletime(writer, response.lastWrite);
      writeRpcStatus(writer, version, response);
      writeU32(writer, response.status);
    },
    read: (reader, version) => ({
      subKeys: readU32(reader),
      maxSubKeyLength: readU32(reader),
      values: readU32(reader),
      maxValueNameLength: readU32(reader),
      maxValueLength: readU32(reader),
      securityDescriptorSize: readU32(reader),
      lastWrite: readFiletime(reader),
      ...readRpcStatus(reader, version),
      status: readU32(reader),
    }),
  },
  refused: (status) => ({
    subKeys: 0,
    maxSubKeyLength: 0,
    values: 0,
    maxValueNameLength: 0,
    maxValueLength: 0,
    securityDescriptorSize: 0,
    lastWrite: 0n,
    status,
  }),
});

/** The array of an answer has the size that was asked for; nobody is answered with more than a registry value can have. */
export const MAX_VALUE_SIZE = 1 << 20;

export function boundedSize(size: number): number {
  return Math.min(size, MAX_VALUE_SIZE);
}

function writeIndexed(writer: Writer, { key, index }: EnumKeyRequest): void {
  writeContextHandle(writer, key);
  writeU32(writer, index);
}

function readIndexed(reader: Reader): EnumKeyRequest {
  return { key: readContextHandle(reader), index: readU32(reader) };
}

/** Two DWORDs, the low one first, 4-aligned whatever the byte order. */
function writeFiletime(writer: Writer, time: bigint): void {
  writeU32(writer, Number(time & 0xffffffffn));
  writeU32(writer, Number(time >> 32n));
}

function readFiletime(reader: Reader): bigint {
  const low = BigInt(readU32(reader));
  return (BigInt(readU32(reader)) << 32n) | low;
}
