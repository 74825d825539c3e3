import {
  CLUSAPI_OPERATIONS,
  CLUSAPI_V2,
  type ClusterVersionFields,
  decodeCloseClusterRequest,
  decodeCreateEnumRequest,
  encodeCloseClusterResponse,
  encodeCreateEnumResponse,
  encodeGetClusterNameResponse,
  encodeGetClusterVersion2Response,
  encodeGetClusterVersionResponse,
  encodeOpenClusterResponse,
} from '../interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../ndr/context-handle.ts';
import type { ContextHandles } from '../server/context-handles.ts';
import type { RpcInterface, RpcOperation } from '../server/rpc-server.ts';
import { FaultError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { HostProfile } from './host-profiles.ts';
import { type EmulatedOperation, type OperationContext, operationOf } from './operation.ts';

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

/**
 * The Cluster service's ClusAPI 2.0, as far as opening and closing a cluster goes ([MS-CMRP] 3.1.4.1). Every other operation is
 * out of range, which a client reads as 1745.
 */
export function clusterService(options: ClusterServiceOptions): RpcInterface {
  const operations = new Array<RpcOperation | undefined>(OPERATIONS);
  for (const operation of serviceOperations(options)) {
    operations[CLUSAPI_OPERATIONS[operation.name]] = operationOf(operation, options);
  }
  return { uuid: CLUSAPI_V2.uuid, version: CLUSAPI_V2.version, operations };
}

type ServiceOperation = EmulatedOperation & { readonly name: keyof typeof CLUSAPI_OPERATIONS };

function serviceOperations(options: ClusterServiceOptions): ServiceOperation[] {
  const { profile } = options;
  const always = [openCluster(options), closeCluster(options), clusterName(options), clusterVersion(options)];
  const version2 = profile.clusterVersion2 ? [clusterVersion2(options)] : [];
  return [...always, createEnum(options), ...version2];
}

function openCluster({ handles, clock }: ClusterServiceOptions): ServiceOperation {
  return {
    name: 'ApiOpenCluster',
    run: ({ addressSpace }) => {
      // A handle needs an owner that can fall silent. Windows would call back now; no client of ClusAPI makes it necessary.
      if (addressSpace === null) throw new FaultError('an idempotent open', ncaCode('nca_s_fault_context_mismatch'));
      const cluster = handles.add(addressSpace, { openedAt: clock.now() });
      return { status: SUCCESS, stub: encodeOpenClusterResponse({ status: SUCCESS, cluster }) };
    },
    refuse: (status) => encodeOpenClusterResponse({ status, cluster: NIL_CONTEXT_HANDLE }),
  };
}

function closeCluster({ handles }: ClusterServiceOptions): ServiceOperation {
  const cluster = NIL_CONTEXT_HANDLE;
  return {
    name: 'ApiCloseCluster',
    run: ({ stub, littleEndian, addressSpace }) => {
      const request = decodeCloseClusterRequest(stub, littleEndian);
      if (handles.remove(addressSpace, request.cluster)) {
        return { status: SUCCESS, stub: encodeCloseClusterResponse({ cluster, status: SUCCESS }) };
      }
      const status = win32Code('ERROR_INVALID_HANDLE');
      return { status, stub: encodeCloseClusterResponse({ ...request, status }) };
    },
    refuse: (status, { stub, littleEndian }) =>
      encodeCloseClusterResponse({ ...decodeCloseClusterRequest(stub, littleEndian), status }),
  };
}

function clusterName({ model, node }: ClusterServiceOptions): ServiceOperation {
  return {
    name: 'ApiGetClusterName',
    run: () => {
      const names = { clusterName: model.name, nodeName: node };
      return { status: SUCCESS, stub: encodeGetClusterNameResponse({ ...names, status: SUCCESS }) };
    },
    refuse: (status) => encodeGetClusterNameResponse({ clusterName: null, nodeName: null, status }),
  };
}

function clusterVersion({ profile }: ClusterServiceOptions): ServiceOperation {
  return {
    name: 'ApiGetClusterVersion',
    run: () => ({
      status: SUCCESS,
      stub: encodeGetClusterVersionResponse({ ...versionFields(profile), status: SUCCESS }),
    }),
    refuse: (status) => encodeGetClusterVersionResponse({ ...NO_VERSION, status }),
  };
}

function clusterVersion2({ profile }: ClusterServiceOptions): ServiceOperation {
  const operational = { highest: profile.highestVersion, lowest: profile.lowestVersion, flags: 0 };
  return {
    name: 'ApiGetClusterVersion2',
    run: () => ({
      status: SUCCESS,
      stub: encodeGetClusterVersion2Response({ ...versionFields(profile), operational, status: SUCCESS }),
    }),
    refuse: (status) => encodeGetClusterVersion2Response({ ...NO_VERSION, operational: null, status }),
  };
}

function createEnum({ model }: ClusterServiceOptions): ServiceOperation {
  const refuse = (status: number) => encodeCreateEnumResponse({ entries: null, status });
  return {
    name: 'ApiCreateEnum',
    run: ({ stub, littleEndian }) => {
      const entries = model.enumerate(decodeCreateEnumRequest(stub, littleEndian).type);
      if (entries !== null) return { status: SUCCESS, stub: encodeCreateEnumResponse({ entries, status: SUCCESS }) };
      const status = win32Code('ERROR_INVALID_PARAMETER');
      return { status, stub: refuse(status) };
    },
    refuse,
  };
}

const NO_VERSION: ClusterVersionFields = { major: 0, minor: 0, build: 0, vendorId: null, csdVersion: null };

function versionFields({ major, minor, build, vendor, servicePack }: HostProfile): ClusterVersionFields {
  return { major, minor, build, vendorId: vendor, csdVersion: servicePack };
}
