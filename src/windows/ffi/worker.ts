import { parentPort, workerData } from 'node:worker_threads';
import { type ClusterLibrary, clusterLibrary, type FfiResult } from './library.ts';
import {
  DONE,
  type FfiAnswer,
  type FfiRequest,
  type FfiWorkerData,
  HANDLE,
  type LastCloses,
  LOADED,
  NEXT,
  STATE,
} from './protocol.ts';

// Calls are made synchronously on a thread of their own. The asynchronous calls of the FFI packages would run on libuv's
// few threads, which fs and dns need, and ffi-napi's lose the last error on the way.
const { package: name, shared, pulse } = workerData as FfiWorkerData;
const state = new Int32Array(shared);
const handle = new BigInt64Array(shared);
let library: ClusterLibrary | undefined;

parentPort?.on('message', (request: FfiRequest | LastCloses) => {
  if ('clusters' in request) closeLast(request);
  else parentPort?.postMessage(answer(request));
});

try {
  library = clusterLibrary(name);
} catch {
  // It is tried again, and said, with the first call.
}
atRest();
parentPort?.postMessage(LOADED);

function atRest(): void {
  Atomics.store(state, STATE, 0);
  Atomics.add(pulse, 0, 1);
  Atomics.notify(pulse, 0);
}

function closeLast({ clusters, progress }: LastCloses): void {
  library ??= clusterLibrary(name);
  for (let i = Atomics.add(progress, NEXT, 1); i < clusters.length; i = Atomics.add(progress, NEXT, 1)) {
    library.close(clusters[i] as bigint);
  }
  Atomics.add(progress, DONE, 1);
  Atomics.notify(progress, DONE);
}

function answer(request: FfiRequest): FfiAnswer {
  try {
    library ??= clusterLibrary(name);
    const { error, syscall, value } = perform(library, request);
    if (request.call === 'OpenCluster' && typeof value === 'bigint') Atomics.store(handle, HANDLE, value);
    return error === 0 ? { error, syscall, value } : { error, syscall, value, said: library.message(error) };
  } catch (error) {
    return { error: -1, syscall: request.call, value: error instanceof Error ? error.message : String(error) };
  } finally {
    atRest();
  }
}

function perform(clusapi: ClusterLibrary, request: FfiRequest): FfiResult<unknown> {
  switch (request.call) {
    case 'OpenCluster':
      return clusapi.open(request.name);
    case 'CloseCluster':
      return clusapi.close(request.cluster);
    case 'GetClusterInformation':
      return clusapi.information(request.cluster);
    case 'ClusterEnum':
      return clusapi.nodes(request.cluster);
    case 'GetNodeClusterState':
      return clusapi.nodeState(request.name);
  }
}
