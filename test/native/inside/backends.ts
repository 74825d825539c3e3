import type { ClusterApi } from '../../../src/windows/cluster-api.ts';
import { ffiClusterApi } from '../../../src/windows/ffi/ffi-cluster.ts';
import { nativeClusterApi } from '../../../src/windows/native-cluster.ts';

export const BACKENDS = ['native', 'koffi', 'ffi-napi'] as const;
export type BackendName = (typeof BACKENDS)[number];

const made = new Map<BackendName, ClusterApi>();

interface Options {
  readonly exitWait?: number | undefined;
  /** Each thread of an FFI package loads it anew, so that there are four unless it is said; undefined is the default. */
  readonly threads?: number | undefined;
}

/** One backend of each kind for the whole process, as a program would have it. */
export function backend(name: BackendName, options: Options = {}): ClusterApi {
  const known = made.get(name);
  if (known !== undefined) return known;
  const api = name === 'native' ? nativeClusterApi(options) : ffiClusterApi({ package: name, threads: 4, ...options });
  made.set(name, api);
  return api;
}
