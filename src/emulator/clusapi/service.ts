import {
  CLUSAPI_OPERATIONS,
  CLUSAPI_V2,
  CLUSAPI_V3,
  type ClusapiResult,
  type ClusapiVersion,
} from '../../interface/clusapi/index.ts';
import type { RpcInterface, RpcOperation } from '../../server/rpc-server.ts';
import { FaultError } from '../../status/errors.ts';
import { win32Code } from '../../status/win32.ts';
import { Win32Error } from '../../status/win32-error.ts';
import { type Answer, operationOf } from '../operation.ts';
import { CLUSTER_SERVICES } from './cluster.ts';
import { CONTROL_SERVICES } from './controls.ts';
import { NOTIFY_SERVICES } from './notify.ts';
import { OBJECT_SERVICES } from './objects.ts';
import type { ClusterServiceOptions, Service } from './operation.ts';
import { REGISTRY_SERVICES } from './registry.ts';

/** Operation numbers of version 2.0 go up to 108 ([MS-CMRP] 3.1.4.1), of 3.0 up to those of Server 2012 (3.1.4.2). */
const OPERATIONS: Readonly<Record<ClusapiVersion, number>> = { 2: 109, 3: 171 };

const SERVICES: readonly Service[] = [
  ...CLUSTER_SERVICES,
  ...OBJECT_SERVICES,
  ...CONTROL_SERVICES,
  ...REGISTRY_SERVICES,
  ...NOTIFY_SERVICES,
];

/** Operations that change a cluster. Nobody may, here. */
const MODIFYING = [
  'ApiSetClusterName',
  'ApiSetQuorumResource',
  'ApiCreateResource',
  'ApiDeleteResource',
  'ApiSetResourceName',
  'ApiFailResource',
  'ApiOnlineResource',
  'ApiOfflineResource',
  'ApiAddResourceDependency',
  'ApiRemoveResourceDependency',
  'ApiAddResourceNode',
  'ApiRemoveResourceNode',
  'ApiChangeResourceGroup',
  'ApiCreateResourceType',
  'ApiDeleteResourceType',
  'ApiCreateKey',
  'ApiSetValue',
  'ApiDeleteValue',
  'ApiDeleteKey',
  'ApiSetKeySecurity',
  'ApiCreateGroup',
  'ApiDeleteGroup',
  'ApiSetGroupName',
  'ApiOnlineGroup',
  'ApiOfflineGroup',
  'ApiMoveGroup',
  'ApiMoveGroupToNode',
  'ApiSetGroupNodeList',
  'ApiPauseNode',
  'ApiResumeNode',
  'ApiEvictNode',
  'ApiSetNetworkName',
  'ApiSetNetworkPriorityOrder',
  'ApiBackupClusterDatabase',
  'ApiSetServiceAccountPassword',
] as const satisfies (keyof typeof CLUSAPI_OPERATIONS)[];

/** Operations that an emulated host executes, by name. */
export const CLUSTER_SERVICE_OPERATIONS: readonly string[] = SERVICES.map(({ operation }) => operation.name);

/**
 * The Cluster service's ClusAPI 2.0 or 3.0, as far as it only reads ([MS-CMRP] 3.1.4.1, 3.1.4.2). What would change the cluster faults with
 * access denied; every other operation is out of range, which a client reads as 1745.
 */
export function clusterService(options: ClusterServiceOptions): RpcInterface {
  const { clusapi } = options.profile;
  const { uuid, version } = clusapi === 3 ? CLUSAPI_V3 : CLUSAPI_V2;
  const operations = new Array<RpcOperation | undefined>(OPERATIONS[clusapi]);
  for (const each of SERVICES) {
    if (each.offered?.(options.profile) ?? true) {
      operations[each.operation.opnum] = rpcOperation(each, options, clusapi);
    }
  }
  for (const name of MODIFYING) operations[CLUSAPI_OPERATIONS[name]] = denied(name, options);
  return { uuid, version, operations };
}

function rpcOperation(
  { operation, run }: Service,
  options: ClusterServiceOptions,
  version: ClusapiVersion,
): RpcOperation {
  const encoded = (request: unknown, result: ClusapiResult | number): Answer => {
    const response = typeof result === 'number' ? operation.refused(result, request) : result;
    return { status: response.status, stub: operation.encodeResponse(response, true, version) };
  };
  return operationOf(
    {
      name: operation.name,
      run: (call) => {
        const request = operation.decodeRequest(call.stub, call.littleEndian, version);
        const result = statusOf(() => run(options, request, call));
        return result instanceof Promise ? result.then((late) => encoded(request, late)) : encoded(request, result);
      },
      refuse: (status, { stub, littleEndian }) =>
        encoded(operation.decodeRequest(stub, littleEndian, version), status).stub,
    },
    options,
  );
}

/** What the model refuses is the operation's own status. */
function statusOf<T>(execute: () => T): T | number {
  try {
    return execute();
  } catch (error) {
    if (error instanceof Win32Error && error.errno !== undefined) return error.errno;
    throw error;
  }
}

function denied(name: string, options: ClusterServiceOptions): RpcOperation {
  const refuse = () => {
    throw new FaultError(`${name} changes the cluster`, win32Code('ERROR_ACCESS_DENIED'));
  };
  return operationOf({ name, run: refuse, refuse }, options);
}
