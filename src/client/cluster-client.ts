import {
  ApiCloseCluster,
  ApiCreateEnum,
  ApiGetClusterName,
  ApiGetClusterVersion,
  ApiGetClusterVersion2,
  ApiGetQuorumResource,
  ApiOpenCluster,
  ApiOpenClusterEx,
  CLUSAPI_V2,
  CLUSTER_ACCESS,
  CLUSTER_ENUM,
  type ClusapiIdentity,
  type ClusapiOperation,
  type ClusapiResult,
  type ClusterVersionFields,
  type EnumEntry,
} from '../interface/clusapi/index.ts';
import type { ContextHandle } from '../ndr/context-handle.ts';
import { FaultError, RejectError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Caller, CallOptions } from './caller.ts';

/** What ApiGetClusterVersion2 answers ([MS-CMRP] 3.1.4): numbers of the Cluster service, and the service pack of its node in words. */
export interface ClusterVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** `Service Pack 3`; empty without one. */
  readonly servicePack: string;
  readonly vendor: string;
}

/** What ApiGetQuorumResource answers ([MS-CMRP] 3.1.4.1.6). */
export interface QuorumResource {
  /** Name of the resource. */
  readonly name: string;
  /** Where its log lies, such as `Q:\\MSCS\\`. */
  readonly path: string;
  /** Bytes. */
  readonly maxLogSize: number;
}

export type LimitOptions = Pick<CallOptions, 'signal' | 'timeout'>;

/** ApiGetClusterName is tried this often when the server says that it was not executed ([MS-CMRP] 3.2.3.3). */
const NAME_ATTEMPTS = 4;

/**
 * ClusAPI over one caller ([MS-CMRP]). Every operation is at most once. Each throws Win32Error when the server's own
 * status is not 0, and what Caller.call throws.
 */
export class ClusterClient {
  readonly #caller: Caller;
  readonly #clusapi: ClusapiIdentity;

  constructor(caller: Caller, clusapi: ClusapiIdentity = CLUSAPI_V2) {
    this.#caller = caller;
    this.#clusapi = clusapi;
  }

  async name(options: LimitOptions = {}): Promise<{ readonly name: string; readonly node: string }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { clusterName, nodeName } = await this.call(ApiGetClusterName, {}, options);
        return { name: clusterName ?? '', node: nodeName ?? '' };
      } catch (error) {
        const notExecuted = error instanceof RejectError && error.errno === win32Code('RPC_S_CALL_FAILED_DNE');
        if (!notExecuted || attempt === NAME_ATTEMPTS) throw error;
      }
    }
  }

  /** A context handle, kept alive until it is closed; 3.0 is asked for the right to read alone, where it knows such a thing. */
  async open(options: LimitOptions = {}): Promise<ContextHandle> {
    const { cluster } = await this.#open(options);
    this.#caller.hold();
    return cluster;
  }

  /** Names of the nodes in the server's order. */
  async nodes(options: LimitOptions = {}): Promise<readonly string[]> {
    return this.names('node', options);
  }

  /** Names of all objects of one kind; an entry of another kind is passed over. */
  async names(kind: keyof typeof CLUSTER_ENUM, options: LimitOptions = {}): Promise<readonly string[]> {
    const entries = await this.enumerate(CLUSTER_ENUM[kind], options);
    return entries.filter(({ type }) => type === CLUSTER_ENUM[kind]).map(({ name }) => name);
  }

  /** Names of all objects of the kinds whose bits of CLUSTER_ENUM are set. */
  async enumerate(type: number, options: LimitOptions = {}): Promise<readonly EnumEntry[]> {
    return (await this.call(ApiCreateEnum, { type }, options)).entries ?? [];
  }

  async quorum(options: LimitOptions = {}): Promise<QuorumResource> {
    const { resourceName, deviceName, maxQuorumLogSize } = await this.call(ApiGetQuorumResource, {}, options);
    return { name: resourceName ?? '', path: deviceName ?? '', maxLogSize: maxQuorumLogSize };
  }

  /** By ApiGetClusterVersion2, or on Windows NT 4.0 SP3 by ApiGetClusterVersion ([MS-CMRP] note 63). */
  async version(options: LimitOptions = {}): Promise<ClusterVersion> {
    try {
      return versionOf(await this.call(ApiGetClusterVersion2, {}, options));
    } catch (error) {
      if (!isUnknownOperation(error)) throw error;
      return versionOf(await this.call(ApiGetClusterVersion, {}, options));
    }
  }

  /** Keep-alives end whatever comes of it. */
  async close(cluster: ContextHandle, options: LimitOptions = {}): Promise<void> {
    this.#caller.release();
    await this.call(ApiCloseCluster, { cluster }, options);
  }

  async #open(options: LimitOptions): Promise<{ readonly cluster: ContextHandle }> {
    if (this.#clusapi.version.major === 3) {
      try {
        return await this.call(ApiOpenClusterEx, { access: CLUSTER_ACCESS.read }, options);
      } catch (error) {
        if (!isUnknownOperation(error)) throw error;
      }
    }
    return this.call(ApiOpenCluster, {}, options);
  }

  /** Any operation of ClusAPI: see the docstring of the class for what it throws. */
  async call<Request, Response extends ClusapiResult>(
    { name, opnum, encodeRequest, decodeResponse }: ClusapiOperation<Request, Response>,
    request: Request,
    options: LimitOptions = {},
  ): Promise<Response> {
    const { major } = this.#clusapi.version;
    const stub = encodeRequest(request, true, major);
    const result = await this.#caller.call(this.#clusapi, opnum, stub, { ...options, name });
    const response = decodeResponse(result.stub, result.littleEndian, major);
    const failed = response.rpcStatus || response.status;
    if (failed) throw new Win32Error(failed, name);
    return response;
  }
}

/** The server answered, with a status of the operation or of the runtime: silence and broken answers are something else. */
export function isRefusal(error: unknown): error is RejectError | FaultError | Win32Error {
  return error instanceof RejectError || error instanceof FaultError || error instanceof Win32Error;
}

function isUnknownOperation(error: unknown): boolean {
  return isRefusal(error) && error.errno === win32Code('RPC_S_PROCNUM_OUT_OF_RANGE');
}

function versionOf({ major, minor, build, vendorId, csdVersion }: ClusterVersionFields): ClusterVersion {
  return { major, minor, build, servicePack: csdVersion ?? '', vendor: vendorId ?? '' };
}
