import {
  ApiCloseCluster,
  ApiCreateEnum,
  ApiGetClusterName,
  ApiGetClusterVersion,
  ApiGetClusterVersion2,
  ApiGetQuorumResource,
  ApiOpenCluster,
  CLUSAPI_V2,
  type ClusapiOperation,
  type ClusapiResult,
  type ClusapiVersion,
  type ClusterVersionFields,
} from '../interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../ndr/context-handle.ts';
import type { ContextHandles } from '../server/context-handles.ts';
import type { RpcCall, RpcInterface, RpcOperation } from '../server/rpc-server.ts';
import { FaultError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { HostProfile } from './host-profiles.ts';
import { type OperationContext, operationOf } from './operation.ts';

/** What a handle of ApiOpenCluster stands for. */
export interface OpenedCluster {
  readonly openedAt: number;
}

export interface ClusterServiceOptions extends OperationContext {
  readonly model: ClusterModel;
  /** The node that it runs on. */
  readonly node: string;
  readonly profile: HostProfile;
  readonly handles: ContextHandles<OpenedCluster>;
}

/** The most operations that [MS-CMRP] 3.1.4.1 gives version 2.0: numbers up to 108 exist. */
const OPERATIONS = 109;

const SUCCESS = 0;

/** One operation and what the emulated service does: results with a status of 0, or the status that refuses. */
interface Service {
  readonly operation: ClusapiOperation;
  readonly run: (options: ClusterServiceOptions, request: unknown, call: RpcCall) => ClusapiResult | number;
  /** Whether hosts of this profile have it; default: all do. */
  readonly offered?: (profile: HostProfile) => boolean;
}

function service<Request, Response extends ClusapiResult>(
  operation: ClusapiOperation<Request, Response>,
  run: (
    options: ClusterServiceOptions,
    request: Request,
    call: RpcCall,
  ) => Omit<Response, keyof ClusapiResult> | number,
): Service {
  return {
    operation,
    run: (options, request, call) => {
      const result = run(options, request as Request, call);
      return typeof result === 'number' ? result : { ...result, status: SUCCESS };
    },
  };
}

const SERVICES: readonly Service[] = [
  service(ApiOpenCluster, ({ handles, clock }, _, { addressSpace }) => {
    // A handle needs an owner that can fall silent. Windows would call back now; no client of ClusAPI makes it necessary.
    if (addressSpace === null) throw new FaultError('an idempotent open', ncaCode('nca_s_fault_context_mismatch'));
    return { cluster: handles.add(addressSpace, { openedAt: clock.now() }) };
  }),
  service(ApiCloseCluster, ({ handles }, { cluster }, { addressSpace }) =>
    handles.remove(addressSpace, cluster) ? { cluster: NIL_CONTEXT_HANDLE } : win32Code('ERROR_INVALID_HANDLE'),
  ),
  service(ApiGetClusterName, ({ model, node }) => ({ clusterName: model.name, nodeName: node })),
  service(ApiGetClusterVersion, ({ profile }) => versionFields(profile)),
  {
    ...service(ApiGetClusterVersion2, ({ profile }) => ({
      ...versionFields(profile),
      operational: { highest: profile.highestVersion, lowest: profile.lowestVersion, flags: 0 },
    })),
    offered: ({ clusterVersion2 }) => clusterVersion2,
  },
  service(ApiGetQuorumResource, ({ model: { quorum } }) => ({
    resourceName: quorum.name,
    deviceName: quorum.path,
    maxQuorumLogSize: quorum.maxLogSize,
  })),
  service(ApiCreateEnum, ({ model }, { type }) => {
    const entries = model.enumerate(type);
    return entries === null ? win32Code('ERROR_INVALID_PARAMETER') : { entries };
  }),
];

/** Operations that an emulated host executes, by name. */
export const CLUSTER_SERVICE_OPERATIONS = SERVICES.map(({ operation }) => operation.name);

/**
 * The Cluster service's ClusAPI 2.0, as far as opening and closing a cluster goes ([MS-CMRP] 3.1.4.1). Every other operation is
 * out of range, which a client reads as 1745.
 */
export function clusterService(options: ClusterServiceOptions): RpcInterface {
  const { uuid, version } = CLUSAPI_V2;
  const operations = new Array<RpcOperation | undefined>(OPERATIONS);
  for (const each of SERVICES) {
    if (each.offered?.(options.profile) ?? true) {
      operations[each.operation.opnum] = rpcOperation(each, options, version.major);
    }
  }
  return { uuid, version, operations };
}

function rpcOperation({ operation, run }: Service, options: ClusterServiceOptions, version: ClusapiVersion) {
  const answer = (call: RpcCall, execute: (request: unknown) => ClusapiResult | number) => {
    const request = operation.decodeRequest(call.stub, call.littleEndian, version);
    const result = execute(request);
    const response = typeof result === 'number' ? operation.refused(result, request) : result;
    return { status: response.status, stub: operation.encodeResponse(response, true, version) };
  };
  return operationOf(
    {
      name: operation.name,
      run: (call) => answer(call, (request) => run(options, request, call)),
      refuse: (status, call) => answer(call, () => status).stub,
    },
    options,
  );
}

function versionFields({ major, minor, build, vendor, servicePack }: HostProfile): ClusterVersionFields {
  return { major, minor, build, vendorId: vendor, csdVersion: servicePack };
}
