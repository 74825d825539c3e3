export type { CallOptions, ClusterApi, ClusterConnection, ClusterInformation, NativeStats } from './cluster-api.ts';
export { NODE_CLUSTER_STATES } from './cluster-api.ts';
export { type DoctorFact, type DoctorFacts, doctorFacts } from './doctor.ts';
export { type FfiClusterOptions, ffiClusterApi } from './ffi/ffi-cluster.ts';
export { type LiveFileVersion, liveFileVersion } from './file-version.ts';
export { type AddonOptions, loadAddon, requireWindows } from './load-addon.ts';
export { type NativeClusterOptions, nativeClusterApi, nativeStats } from './native-cluster.ts';
export { type DynamicPortRange, type LivePort, liveDynamicPorts, livePorts } from './port-table.ts';
export {
  type LiveRegistryKey,
  type LiveRegistryValue,
  type RegistryOptions,
  registryKey,
  registryKeys,
  registryValue,
  registryValues,
} from './registry.ts';
export { type LiveRpcPorts, liveRpcPorts, RPC_PORT_KEYS } from './rpc-ports.ts';
export { type LiveHotfix, type LiveWindowsVersion, liveHotfixes, liveWindowsVersion } from './windows-version.ts';
