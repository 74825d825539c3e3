import {
  CLUSAPI_V2,
  CLUSTER_ENUM,
  decodeCloseClusterResponse,
  decodeCreateEnumResponse,
  decodeGetClusterNameResponse,
  decodeGetClusterVersion2Response,
  decodeGetClusterVersionResponse,
  decodeOpenClusterResponse,
  encodeCloseClusterRequest,
  encodeCreateEnumRequest,
} from '../interface/clusapi/index.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import { EMPTY_STUB } from '../ndr/scalar.ts';
import { FaultError, RejectError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Caller, CallOptions, CallResult } from './caller.ts';

export interface ClusterVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** `Service Pack 3`; empty without one. */
  readonly servicePack: string;
  readonly vendor: string;
}

export type LimitOptions = Pick<CallOptions, 'signal' | 'timeout'>;

/** ApiGetClusterName is tried this often when the server says that it was not executed ([MS-CMRP] 3.2.3.3). */
const NAME_ATTEMPTS = 4;

/**
 * ClusAPI 2.0 over one binding ([MS-CMRP]). Every operation is at most once. Each throws Win32Error when the server's own
 * status is not 0, and what Caller.call throws.
 */
export class ClusterClient {
  readonly #binding: Caller;

  constructor(binding: Caller) {
    this.#binding = binding;
  }

  /** ApiGetClusterName, operation 3. */
  async name(options: LimitOptions = {}): Promise<{ readonly name: string; readonly node: string }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { stub, littleEndian } = await this.#call('ApiGetClusterName', EMPTY_STUB, options);
        const { clusterName, nodeName, status } = decodeGetClusterNameResponse(stub, littleEndian);
        check(status, 'ApiGetClusterName');
        return { name: clusterName ?? '', node: nodeName ?? '' };
      } catch (error) {
        const notExecuted = error instanceof RejectError && error.errno === win32Code('RPC_S_CALL_FAILED_DNE');
        if (!notExecuted || attempt === NAME_ATTEMPTS) throw error;
      }
    }
  }

  /** ApiOpenCluster, operation 0: a context handle, kept alive until it is closed. */
  async open(options: LimitOptions = {}): Promise<ContextHandle> {
    const { stub, littleEndian } = await this.#call('ApiOpenCluster', EMPTY_STUB, options);
    const { status, cluster } = decodeOpenClusterResponse(stub, littleEndian);
    check(status, 'ApiOpenCluster');
    this.#binding.hold();
    return cluster;
  }

  /** ApiCreateEnum, operation 7, for nodes: their names in the server's order. */
  async nodes(options: LimitOptions = {}): Promise<readonly string[]> {
    const request = encodeCreateEnumRequest({ type: CLUSTER_ENUM.node });
    const { stub, littleEndian } = await this.#call('ApiCreateEnum', request, options);
    const { entries, status } = decodeCreateEnumResponse(stub, littleEndian);
    check(status, 'ApiCreateEnum');
    return (entries ?? []).filter(({ type }) => type === CLUSTER_ENUM.node).map(({ name }) => name);
  }

  /** ApiGetClusterVersion2, operation 102, or on Windows NT 4.0 SP3 ApiGetClusterVersion, operation 4 ([MS-CMRP] note 63). */
  async version(options: LimitOptions = {}): Promise<ClusterVersion> {
    try {
      const { stub, littleEndian } = await this.#call('ApiGetClusterVersion2', EMPTY_STUB, options);
      return versionOf('ApiGetClusterVersion2', decodeGetClusterVersion2Response(stub, littleEndian));
    } catch (error) {
      const unknown = error instanceof RejectError || error instanceof FaultError || error instanceof Win32Error;
      if (!unknown || error.errno !== win32Code('RPC_S_PROCNUM_OUT_OF_RANGE')) throw error;
      const { stub, littleEndian } = await this.#call('ApiGetClusterVersion', EMPTY_STUB, options);
      return versionOf('ApiGetClusterVersion', decodeGetClusterVersionResponse(stub, littleEndian));
    }
  }

  /** ApiCloseCluster, operation 1. Keep-alives end whatever comes of it. */
  async close(cluster: ContextHandle, options: LimitOptions = {}): Promise<void> {
    this.#binding.release();
    const { stub, littleEndian } = await this.#call('ApiCloseCluster', encodeCloseClusterRequest({ cluster }), options);
    check(decodeCloseClusterResponse(stub, littleEndian).status, 'ApiCloseCluster');
  }

  #call(name: keyof typeof CLUSAPI_V2.operations, stub: Uint8Array, options: LimitOptions): Promise<CallResult> {
    return this.#binding.call(CLUSAPI_V2, CLUSAPI_V2.operations[name], stub, { ...options, name });
  }
}

interface VersionAnswer {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly vendorId: string | null;
  readonly csdVersion: string | null;
  readonly status: number;
}

function versionOf(name: string, answer: VersionAnswer): ClusterVersion {
  check(answer.status, name);
  const { major, minor, build, vendorId, csdVersion } = answer;
  return { major, minor, build, servicePack: csdVersion ?? '', vendor: vendorId ?? '' };
}

function check(status: number, name: string): void {
  if (status !== 0) throw new Win32Error(status, name);
}
