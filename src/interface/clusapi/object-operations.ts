import {
  type ContextHandle,
  NIL_CONTEXT_HANDLE,
  readContextHandle,
  writeContextHandle,
} from '../../ndr/context-handle.ts';
import { readPointer, writePointer } from '../../ndr/pointer.ts';
import { readU32, writeU32 } from '../../ndr/scalar.ts';
import { readWideString, writeWideString } from '../../ndr/string.ts';
import { type EnumEntry, readEntries, writeEntries } from './enum-list.ts';
import { type HandleRequest, handleParameter, type ObjectHandle } from './handles.ts';
import { type ClusapiOperationName, type ClusapiResult, defineOperation, type Parameters } from './operation.ts';
import { readRpcStatus, writeRpcStatus } from './rpc-status.ts';

/* The shapes that most read-only operations on an object of a cluster share ([MS-CMRP] 3.1.4.1). */

export interface OpenRequest {
  readonly name: string;
}

export interface OpenResponse<Kind extends string> extends ClusapiResult {
  /** Nil unless status is 0. */
  readonly handle: ObjectHandle<Kind>;
}

/** Opens an object by name. The return value is the handle; the status stands before it, in 3.0 with rpc_status behind. */
export function openByName<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<OpenRequest, OpenResponse<Kind>>({
    name,
    request: {
      write: (writer, request) => writeWideString(writer, request.name),
      read: (reader) => ({ name: readWideString(reader) }),
    },
    response: openedHandle(),
    refused: refusedHandle,
  });
}

export function openedHandle<Kind extends string>(): Parameters<OpenResponse<Kind>> {
  return {
    write: (writer, response, _, version) => {
      writeU32(writer, response.status);
      writeRpcStatus(writer, version, response);
      writeContextHandle(writer, response.handle);
    },
    read: (reader, version) => ({
      status: readU32(reader),
      ...readRpcStatus(reader, version),
      handle: readContextHandle(reader),
    }),
  };
}

export function refusedHandle(status: number): { readonly status: number; readonly handle: ContextHandle } {
  return { status, handle: NIL_CONTEXT_HANDLE };
}

export interface CloseResponse<Kind extends string> extends ClusapiResult {
  /** Nil once it is closed. */
  readonly handle: ObjectHandle<Kind>;
}

/** Closes a handle. The same in 2.0 and 3.0. */
export function closeHandle<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<HandleRequest<Kind>, CloseResponse<Kind>>({
    name,
    request: handleParameter(),
    response: {
      write: (writer, { handle, status }) => {
        writeContextHandle(writer, handle);
        writeU32(writer, status);
      },
      read: (reader) => ({ handle: readContextHandle(reader), status: readU32(reader) }),
    },
    refused: (status, { handle }) => ({ handle, status }),
  });
}

export interface TextResponse extends ClusapiResult {
  /** Null when status is not 0. */
  readonly text: string | null;
}

/** Asks for a text of an object: its id, its type. */
export function textOf<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<HandleRequest<Kind>, TextResponse>({
    name,
    request: handleParameter(),
    response: textParameter,
    refused: (status) => ({ text: null, status }),
  });
}

export const textParameter: Parameters<TextResponse> = {
  write: (writer, response, ids, version) => {
    writePointer(writer, ids, response.text, writeWideString);
    writeRpcStatus(writer, version, response);
    writeU32(writer, response.status);
  },
  read: (reader, version) => ({
    text: readPointer(reader, readWideString),
    ...readRpcStatus(reader, version),
    status: readU32(reader),
  }),
};

export interface StateResponse extends ClusapiResult {
  readonly state: number;
}

/** Asks for the state of an object, a number of STATES. */
export function stateOf<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<HandleRequest<Kind>, StateResponse>({
    name,
    request: handleParameter(),
    response: {
      write: (writer, response, _, version) => {
        writeU32(writer, response.state);
        writeRpcStatus(writer, version, response);
        writeU32(writer, response.status);
      },
      read: (reader, version) => ({
        state: readU32(reader),
        ...readRpcStatus(reader, version),
        status: readU32(reader),
      }),
    },
    refused: (status) => ({ state: UNKNOWN_STATE, status }),
  });
}

/** What a state is when nobody knows it. */
export const UNKNOWN_STATE = 0xffffffff;

export interface EnumRequest<Kind extends string> extends HandleRequest<Kind> {
  /** Bits of the enumeration's own table. */
  readonly type: number;
}

export interface EnumResponse extends ClusapiResult {
  /** Null when status is not 0. */
  readonly entries: readonly EnumEntry[] | null;
}

/** Lists the objects that belong to one: the resources of a group, the interfaces of a network. */
export function enumOf<Kind extends string>(name: ClusapiOperationName) {
  return defineOperation<EnumRequest<Kind>, EnumResponse>({
    name,
    request: {
      write: (writer, { handle, type }) => {
        writeContextHandle(writer, handle);
        writeU32(writer, type);
      },
      read: (reader) => ({ handle: readContextHandle(reader), type: readU32(reader) }),
    },
    response: enumParameter,
    refused: (status) => ({ entries: null, status }),
  });
}

export const enumParameter: Parameters<EnumResponse> = {
  write: (writer, response, ids, version) => {
    writeEntries(writer, ids, response.entries);
    writeRpcStatus(writer, version, response);
    writeU32(writer, response.status);
  },
  read: (reader, version) => ({
    entries: readEntries(reader),
    ...readRpcStatus(reader, version),
    status: readU32(reader),
  }),
};
