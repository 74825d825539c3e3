import path from 'node:path';
import { ClusError } from '../../status/errors.ts';
import { require } from '../require.ts';

export type FfiPackage = 'ffi-napi' | 'koffi';

/** The order of preference: the package that the user has put there on purpose, then the one that comes along. */
export const FFI_PACKAGES: readonly FfiPackage[] = ['ffi-napi', 'koffi'];

/** The functions of clusapi.dll and kernel32.dll that are called. Handles and pointers are numbers of the machine's width. */
export interface ClusapiFunctions {
  OpenCluster(name: Buffer | null): bigint;
  CloseCluster(cluster: bigint): number;
  GetClusterInformation(cluster: bigint, name: Buffer, length: Buffer, version: Buffer): number;
  GetNodeClusterState(node: Buffer | null, state: Buffer): number;
  ClusterOpenEnum(cluster: bigint, type: number): bigint;
  ClusterEnum(list: bigint, index: number, type: Buffer, name: Buffer, length: Buffer): number;
  ClusterCloseEnum(list: bigint): number;
}

export interface KernelFunctions {
  GetLastError(): number;
  LoadLibraryExW(file: Buffer, reserved: bigint, flags: number): bigint;
  GetProcAddress(module: bigint, name: Buffer): bigint;
  GetCurrentThreadId(): number;
  OpenThread(access: number, inherit: number, id: number): bigint;
  RegisterWaitForSingleObject(
    wait: Buffer,
    object: bigint,
    callback: bigint,
    context: bigint,
    ms: number,
    flags: number,
  ): number;
  UnregisterWait(wait: bigint): number;
  TerminateProcess(process: bigint, exitCode: number): number;
  FormatMessageW(
    flags: number,
    source: bigint,
    id: number,
    language: number,
    text: Buffer,
    units: number,
    inserts: bigint,
  ): number;
}

type Kind = 'handle' | 'number' | 'buffer';
type Signature = readonly [result: 'handle' | 'number', ...parameters: Kind[]];

const CLUSAPI: Readonly<Record<keyof ClusapiFunctions, Signature>> = {
  OpenCluster: ['handle', 'buffer'],
  CloseCluster: ['number', 'handle'],
  GetClusterInformation: ['number', 'handle', 'buffer', 'buffer', 'buffer'],
  GetNodeClusterState: ['number', 'buffer', 'buffer'],
  ClusterOpenEnum: ['handle', 'handle', 'number'],
  ClusterEnum: ['number', 'handle', 'number', 'buffer', 'buffer', 'buffer'],
  ClusterCloseEnum: ['number', 'handle'],
};
const KERNEL: Readonly<Record<keyof KernelFunctions, Signature>> = {
  GetLastError: ['number'],
  LoadLibraryExW: ['handle', 'buffer', 'handle', 'number'],
  GetProcAddress: ['handle', 'handle', 'buffer'],
  GetCurrentThreadId: ['number'],
  OpenThread: ['handle', 'number', 'number', 'number'],
  RegisterWaitForSingleObject: ['number', 'buffer', 'handle', 'handle', 'handle', 'number', 'number'],
  UnregisterWait: ['number', 'handle'],
  TerminateProcess: ['number', 'handle', 'number'],
  FormatMessageW: ['number', 'number', 'handle', 'number', 'number', 'buffer', 'number', 'handle'],
};

type Bind = (file: string, functions: Readonly<Record<string, Signature>>) => Record<string, unknown>;

/** clusapi.dll of System32 and nothing else: a search path could be made to bring another one. */
export function clusapiPath(): string {
  return path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'clusapi.dll');
}

export function bindClusapi(from: FfiPackage): ClusapiFunctions {
  return binder(from)(clusapiPath(), CLUSAPI) as unknown as ClusapiFunctions;
}

export function bindKernel(from: FfiPackage): KernelFunctions {
  return binder(from)('kernel32.dll', KERNEL) as unknown as KernelFunctions;
}

function binder(from: FfiPackage): Bind {
  return from === 'koffi' ? bindWithKoffi : bindWithFfiNapi;
}

interface Koffi {
  load(file: string): {
    func(
      convention: string,
      name: string,
      result: string,
      parameters: readonly string[],
    ): (...values: unknown[]) => unknown;
  };
}

const bindWithKoffi: Bind = (file, functions) => {
  const types = { handle: 'uintptr_t', number: 'uint32_t', buffer: 'void *' } as const;
  const library = (loadPackage('koffi') as Koffi).load(file);
  return eachFunction(functions, (name, [result, ...parameters]) => {
    const raw = library.func(
      '__stdcall',
      name,
      types[result],
      parameters.map((kind) => types[kind]),
    );
    return result === 'handle' ? (...values: unknown[]) => BigInt(raw(...values) as number | bigint) : raw;
  });
};

interface FfiNapi {
  Library(
    file: string,
    functions: Readonly<Record<string, readonly [string, readonly string[]]>>,
  ): Record<string, (...values: unknown[]) => unknown>;
}

const bindWithFfiNapi: Bind = (file, functions) => {
  // Values of 64 bits go in and out as text where they do not fit a number.
  const types = { handle: 'uint64', number: 'uint32', buffer: 'pointer' } as const;
  const signatures = eachFunction(functions, (_, [result, ...parameters]) => {
    return [types[result], parameters.map((kind) => types[kind])] as const;
  });
  const library = (loadPackage('ffi-napi') as FfiNapi).Library(file, signatures);
  return eachFunction(functions, (name, [result]) => {
    const raw = library[name] as (...values: unknown[]) => unknown;
    return (...values: unknown[]) => {
      const answer = raw(...values.map((value) => (typeof value === 'bigint' ? value.toString() : value)));
      return result === 'handle' ? BigInt(answer as number | string) : answer;
    };
  });
};

function eachFunction<T>(
  functions: Readonly<Record<string, Signature>>,
  make: (name: string, signature: Signature) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(functions).map(([name, signature]) => [name, make(name, signature)]));
}

function loadPackage(name: FfiPackage): unknown {
  try {
    return require(name);
  } catch (cause) {
    throw new ClusError(`The FFI package ${name} does not load: ${text(cause)}`, 'ERR_CLUSRPC_UNAVAILABLE_BACKEND', {
      cause,
      advice: 'Install koffi, which needs no compiler, or use the native backend.',
    });
  }
}

/** Whether the package is there and loads, and why not. */
export function probePackage(name: FfiPackage): { readonly name: FfiPackage; readonly problem: string | null } {
  try {
    require(name);
    return { name, problem: null };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    return { name, problem: missing ? 'not installed' : text(error) };
  }
}

function text(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
