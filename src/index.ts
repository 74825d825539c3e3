export { type AuditReport, audit, type EvidenceSource } from './audit.ts';
export type { ClusterVersion } from './client/cluster-client.ts';
export { REASONS, type Reason, STAGES, type StageId } from './client/stages.ts';
export {
  type ClosableHandle,
  HandleCache,
  type HandleCacheCounters,
  type HandleCacheOptions,
  type HandleLease,
} from './cure/handle-cache.ts';
export { type GateCounters, type GatePass, OpenGate, type OpenGateOptions } from './cure/open-gate.ts';
export {
  type PoolCallOptions,
  ProcessPool,
  type ProcessPoolCounters,
  type ProcessPoolOptions,
} from './cure/process-pool.ts';
export {
  type CaptureSource,
  type ExplainOptions,
  type Explanation,
  explain,
  type Finding,
  type FindingId,
} from './explain/index.ts';
export { type InventoryDocument, inventory } from './inventory.ts';
export type { Backend } from './open/backend.ts';
export type { ClusterHandle } from './open/cluster-handle.ts';
export { type OpenClusterOptions, openCluster } from './open/open-cluster.ts';
export {
  failureRateFromHang,
  forecast,
  type HangEstimate,
  type NeededPool,
  neededPool,
  type PortCapacity,
  type PortForecast,
  portCapacity,
} from './ports/forecast.ts';
export type { OpenLoad, PortMachine } from './ports/load.ts';
export type { PortPool } from './ports/pool.ts';
export { CLIENT_PROFILES, type ClientProfileName, type PortReuse } from './ports/profiles.ts';
export type { PortRange } from './ports/ranges.ts';
export { type PortsOptions, type PortsReport, ports } from './ports/report.ts';
export {
  type EndpointEntry,
  type EndpointsDocument,
  type EndpointsOptions,
  endpoints,
  type ProbeDocument,
  type ProbeOptions,
  type ProbeResult,
  probe,
  type StageResult,
} from './probe/index.ts';
export {
  auditListSchema,
  auditSchema,
  demoSchema,
  doctorSchema,
  emulateCountersSchema,
  emulateReadySchema,
  endpointsSchema,
  explainSchema,
  inventorySchema,
  netstatSchema,
  portsSchema,
  probeSchema,
  soakSchema,
  watchSchema,
} from './report/schema/index.ts';
export { type SoakOptions, type SoakReport, type SoakStep, soak } from './soak/index.ts';
export {
  ClusError,
  type ErrorCode,
  FaultError,
  isClusError,
  LocalMisuseError,
  RejectError,
  RemoteProtocolError,
  TransportError,
} from './status/errors.ts';
export { statusText } from './status/text.ts';
export { Win32Error } from './status/win32-error.ts';
