import {
  ApiCloseCluster,
  ApiCreateEnum,
  ApiGetClusterName,
  ApiGetClusterVersion,
  ApiGetClusterVersion2,
  ApiGetQuorumResource,
  ApiOpenCluster,
  ApiOpenClusterEx,
  CLUSTER_ACCESS,
  type ClusterVersionFields,
} from '../../interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../ndr/context-handle.ts';
import { win32Code } from '../../status/win32.ts';
import type { HostProfile } from '../host-profiles.ts';
import { openedObject, openObject, type Service, service } from './operation.ts';

/** Opening and closing a cluster, and what is asked of it as a whole. */
export const CLUSTER_SERVICES: readonly Service[] = [
  service(ApiOpenCluster, (options, _, call) => ({
    cluster: openObject(options, call, { kind: 'cluster', openedAt: options.clock.now() }),
  })),
  {
    ...service(ApiOpenClusterEx, (options, { access }, call) => ({
      granted: access === CLUSTER_ACCESS.maximumAllowed ? CLUSTER_ACCESS.all : access,
      cluster: openObject(options, call, { kind: 'cluster', openedAt: options.clock.now() }),
    })),
    offered: ({ clusapi }) => clusapi === 3,
  },
  service(ApiCloseCluster, (options, { cluster }, call) => {
    openedObject(options, call, cluster, 'cluster');
    options.handles.remove(call.addressSpace, cluster);
    return { cluster: NIL_CONTEXT_HANDLE };
  }),
  service(ApiGetClusterName, ({ model, node }) => ({ clusterName: model.name, nodeName: node })),
  // [MS-CMRP] 3.1.4.2.5: 3.0 has the second form only.
  service(ApiGetClusterVersion, ({ profile }) =>
    profile.clusapi === 3 ? win32Code('ERROR_CALL_NOT_IMPLEMENTED') : versionFields(profile),
  ),
  {
    ...service(ApiGetClusterVersion2, ({ profile, operational }) => ({ ...versionFields(profile), operational })),
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

function versionFields({ major, minor, build, vendor, servicePack }: HostProfile): ClusterVersionFields {
  return { major, minor, build, vendorId: vendor, csdVersion: servicePack };
}
