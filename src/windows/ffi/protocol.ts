import type { FfiPackage } from './functions.ts';

/** One call, as the pool sends it to a worker. */
export type FfiRequest =
  | { readonly call: 'OpenCluster'; readonly name: string | null }
  | { readonly call: 'CloseCluster'; readonly cluster: bigint }
  | { readonly call: 'GetClusterInformation'; readonly cluster: bigint }
  | { readonly call: 'ClusterEnum'; readonly cluster: bigint }
  | { readonly call: 'GetNodeClusterState'; readonly name: string | null };

/** Closes at the end of the process, which the threads share out among themselves: no answer would arrive any more. */
export interface LastCloses {
  readonly clusters: BigInt64Array;
  /** NEXT and DONE below. */
  readonly progress: Int32Array;
}

/** Places in `progress`: the handle to be closed next, and how many threads are through. */
export const NEXT = 0;
export const DONE = 1;

export interface FfiAnswer {
  readonly error: number;
  readonly syscall: string;
  readonly value: unknown;
  /** Of an error: what Windows says of the number. */
  readonly said?: string;
}

/** The first message of a worker: it has loaded its library, or will say with each answer why not. */
export const LOADED = 'loaded';

export interface FfiWorkerData {
  readonly package: FfiPackage;
  /** STATE and HANDLE below, shared with the pool. */
  readonly shared: SharedArrayBuffer;
  /** One number for the whole pool, counted up at the end of each call. */
  readonly pulse: Int32Array;
}

/**
 * Two 64-bit places. At process end the pool can no longer receive messages, but must know whether the worker is still
 * inside a call, and which handle an open left behind that nobody has taken yet.
 */
export const SHARED_BYTES = 16;
/** Place in an Int32Array: 1 while a call is under way. */
export const STATE = 0;
/** Place in a BigInt64Array: a handle that was opened and not taken over; 0: none. */
export const HANDLE = 1;
