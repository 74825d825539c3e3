import { win32Code } from '../../status/win32.ts';
import type { ClusterInformation } from '../cluster-api.ts';
import {
  bindClusapi,
  bindKernel,
  type ClusapiFunctions,
  clusapiPath,
  type FfiPackage,
  type KernelFunctions,
} from './functions.ts';
import { newVersionInfo, unpackVersionInfo } from './version-info.ts';
import { wide } from './wide.ts';

/** What a call answered: `error` is 0 or the Win32 number, with the call that said it. */
export interface FfiResult<T> {
  readonly error: number;
  readonly syscall: string;
  readonly value: T | undefined;
}

/** clusapi.dll called on the calling thread: each function blocks as long as Windows does. */
export interface ClusterLibrary {
  open(name: string | null): FfiResult<bigint>;
  close(cluster: bigint): FfiResult<void>;
  information(cluster: bigint): FfiResult<ClusterInformation>;
  nodes(cluster: bigint): FfiResult<readonly string[]>;
  nodeState(node: string | null): FfiResult<number>;
  /** What Windows says of an error, in its own language, as one line; empty: nothing. */
  message(error: number): string;
}

const ERROR_GEN_FAILURE = 31;
const ERROR_MORE_DATA = win32Code('ERROR_MORE_DATA');
const ERROR_NO_MORE_ITEMS = win32Code('ERROR_NO_MORE_ITEMS');
const LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x0800;
const ENUM_NODE = 1;
/** FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS and FORMAT_MESSAGE_MAX_WIDTH_MASK. */
const ONE_LINE_OF_THE_SYSTEM = 0x1000 | 0x0200 | 0x00ff;
const MOST_ATTEMPTS = 8;
const MOST_NODES = 65_536;

/** Loads clusapi.dll at the first call, as the addon does, and with the same error where there is none. */
export function clusterLibrary(from: FfiPackage): ClusterLibrary {
  const kernel = bindKernel(from);
  let clusapi: ClusapiFunctions | undefined;
  const withLibrary = <T>(work: (library: ClusapiFunctions) => FfiResult<T>): FfiResult<T> => {
    if (clusapi === undefined) {
      if (kernel.LoadLibraryExW(wide(clusapiPath()), 0n, LOAD_LIBRARY_SEARCH_SYSTEM32) === 0n) {
        return lastError(kernel, 'LoadLibraryExW');
      }
      clusapi = bindClusapi(from);
    }
    return work(clusapi);
  };
  return {
    open: (name) =>
      withLibrary((library) => {
        const handle = library.OpenCluster(name === null ? null : wide(name));
        return handle === 0n ? lastError(kernel, 'OpenCluster') : success(handle);
      }),
    close: (cluster) =>
      withLibrary((library) =>
        library.CloseCluster(cluster) === 0 ? lastError(kernel, 'CloseCluster') : success(undefined),
      ),
    information: (cluster) => withLibrary((library) => information(library, cluster)),
    nodes: (cluster) => withLibrary((library) => nodes(library, kernel, cluster)),
    nodeState: (node) =>
      withLibrary((library) => {
        const state = Buffer.alloc(4);
        const error = library.GetNodeClusterState(node === null ? null : wide(node), state);
        return { error, syscall: 'GetNodeClusterState', value: state.readUInt32LE() };
      }),
    message: (error) => {
      const text = Buffer.alloc(1_024);
      const length = kernel.FormatMessageW(ONE_LINE_OF_THE_SYSTEM, 0n, error, 0, text, text.length / 2, 0n);
      return text.toString('utf16le', 0, 2 * length).trimEnd();
    },
  };
}

function information(library: ClusapiFunctions, cluster: bigint): FfiResult<ClusterInformation> {
  let error: number = ERROR_MORE_DATA;
  let room = 256;
  for (let attempt = 0; attempt < MOST_ATTEMPTS && error === ERROR_MORE_DATA; attempt++) {
    const name = Buffer.alloc(2 * room);
    const version = newVersionInfo();
    const length = dword(room);
    error = library.GetClusterInformation(cluster, name, length, version);
    if (error === 0) return success({ name: narrow(name), ...unpackVersionInfo(version) });
    room = Math.max(length.readUInt32LE() + 1, 2 * room);
  }
  return { error, syscall: 'GetClusterInformation', value: undefined };
}

function nodes(library: ClusapiFunctions, kernel: KernelFunctions, cluster: bigint): FfiResult<readonly string[]> {
  const list = library.ClusterOpenEnum(cluster, ENUM_NODE);
  if (list === 0n) return lastError(kernel, 'ClusterOpenEnum');
  try {
    const names: string[] = [];
    let room = 256;
    for (let attempts = 0; names.length < MOST_NODES; ) {
      const name = Buffer.alloc(2 * room);
      const length = dword(room);
      const error = library.ClusterEnum(list, names.length, dword(0), name, length);
      if (error === ERROR_NO_MORE_ITEMS) return success(names);
      if (error === 0) {
        names.push(narrow(name));
        attempts = 0;
      } else if (error === ERROR_MORE_DATA && ++attempts < MOST_ATTEMPTS) {
        room = Math.max(length.readUInt32LE() + 1, 2 * room);
      } else {
        return { error, syscall: 'ClusterEnum', value: undefined };
      }
    }
    return { error: ERROR_MORE_DATA, syscall: 'ClusterEnum', value: undefined };
  } finally {
    library.ClusterCloseEnum(list);
  }
}

function success<T>(value: T): FfiResult<T> {
  return { error: 0, syscall: '', value };
}

function lastError(kernel: KernelFunctions, syscall: string): FfiResult<never> {
  return { error: kernel.GetLastError() || ERROR_GEN_FAILURE, syscall, value: undefined };
}

function narrow(buffer: Buffer): string {
  return buffer.toString('utf16le').split('\0', 1)[0] ?? '';
}

function dword(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
