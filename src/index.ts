export { type AuditReport, audit, type EvidenceSource } from './audit.ts';
export type { NtlmDialect } from './auth/datagram/dialect.ts';
export type { FileVersion } from './bytes/file-version.ts';
export { PACKET_KINDS, type PacketKind } from './capture/datagram-reader.ts';
export type { Endpoint } from './capture/packet.ts';
export type { ClusterVersion, QuorumResource } from './client/cluster-client.ts';
export type { ClusterInventory } from './client/cluster-inventory.ts';
export type {
  GroupInfo,
  NetInterfaceInfo,
  NetworkInfo,
  NodeInfo,
  ResourceInfo,
  StateOf,
} from './client/cluster-objects.ts';
export type { Credentials, LogonOptions, Password } from './client/logon.ts';
export type { ClusterChange, ClusterNotifications } from './client/notifications.ts';
export { RECONNECT, type Reconnect } from './client/reconnect.ts';
export type { RemoteRegistry, RemoteValue } from './client/remote-registry.ts';
export { REASONS, type Reason, STAGES, type StageId } from './client/stages.ts';
export {
  type ClosableHandle,
  HandleCache,
  type HandleCacheCounters,
  type HandleCacheOptions,
  type HandleLease,
  type UseOptions,
} from './cure/handle-cache.ts';
export { type GateCounters, type GatePass, OpenGate, type OpenGateOptions } from './cure/open-gate.ts';
export {
  type PoolCallOptions,
  ProcessPool,
  type ProcessPoolCounters,
  type ProcessPoolOptions,
} from './cure/process-pool.ts';
export type { PortTrend } from './diagnosis/port-trend.ts';
export type { ClusterRole } from './diagnosis/rules/cluster.ts';
export type { Exposure } from './diagnosis/rules/exposure.ts';
export { type DoctorDocument, doctor } from './doctor.ts';
export { type CollectorOptions, collectorScript } from './evidence/collector-script.ts';
export type { FilePlace, Gap } from './evidence/evidence.ts';
export type { LiveWindows } from './evidence/live-windows.ts';
export type { ReadLiveKey } from './evidence/registry-view.ts';
export type { ShareOptions } from './evidence/share.ts';
export {
  type CaptureSource,
  type ExplainOptions,
  type ExplainProgress,
  type Explanation,
  explain,
  type Finding,
  type FindingId,
} from './explain/index.ts';
export type { ExplainSettings } from './explain/limits.ts';
export type { GrowthPoint, HostForecast, HostPorts, PortUse } from './explain/port-types.ts';
export type { StatusName } from './explain/status-name.ts';
export {
  type CallbackView,
  type CallView,
  type ConversationView,
  type Doubt,
  FINDING_IDS,
  type FindingExample,
  type MessageView,
  type Omitted,
  RESULT_KINDS,
  type Recognition,
  type RefusalView,
  type ResultKind,
  type RpcTotals,
  type Severity,
  type SourceFacts,
} from './explain/types.ts';
export type { Property, PropertyValue } from './interface/clusapi/property-list.ts';
export type { ProtocolSequence } from './interface/epm/tower.ts';
export { type InventoryDocument, inventory } from './inventory.ts';
export { BACKENDS, type Backend } from './open/backend.ts';
export type { ClusterHandle } from './open/cluster-handle.ts';
export { type OpenClusterOptions, openCluster } from './open/open-cluster.ts';
export { type RemoteRegistryOptions, withRemoteRegistry } from './open/remote-registry.ts';
export type { WireOptions } from './open/wire.ts';
export type { PortConfiguration, PortPolicy } from './ports/configuration.ts';
export type { Quantiles } from './ports/distributions.ts';
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
export type { PortProblem, PortValueName } from './ports/problems.ts';
export { CLIENT_PROFILES, type ClientProfileName, type OnFailure, type PortReuse } from './ports/profiles.ts';
export type { PortRange } from './ports/ranges.ts';
export { type PortsOptions, type PortsReport, type PortsSettings, ports } from './ports/report.ts';
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
export type { ClosedPort, ErrorSummary, Kb814622, StageStatus } from './probe/types.ts';
export type { RegistryValue } from './reg/value.ts';
export type { AuditFile } from './report/audit.ts';
export type { AuditChange } from './report/audit-baseline.ts';
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
  userSchema,
  watchSchema,
} from './report/schema/index.ts';
export { type FailureDurations, SOAK_FAILURES, type SoakFailureKind } from './soak/failures.ts';
export { type SoakOptions, type SoakReport, type SoakStep, soak } from './soak/index.ts';
export type {
  ForecastQuantiles,
  LatencyQuantiles,
  SoakEnd,
  SoakExhaustion,
  SoakedProgramReport,
  SoakForecast,
  SoakMoment,
  SoakPorts,
  SoakProgramEvent,
  SoakSettings,
  SoakStalls,
  SoakVariant,
  TimelinePoint,
  TracedOpen,
} from './soak/report.ts';
export {
  ClusError,
  ERROR_CODES,
  type ErrorCode,
  FaultError,
  isClusError,
  LocalMisuseError,
  type OwnErrorCode,
  RejectError,
  RemoteProtocolError,
  TransportError,
} from './status/errors.ts';
export { statusText } from './status/text.ts';
export { WIN32, type Win32Symbol } from './status/win32.ts';
export { type StatusErrorDetails, Win32Error, type Win32ErrorDetails } from './status/win32-error.ts';
export type { Clock, Timer } from './transport/clock.ts';
export type { MeasuredTrend } from './watch/judge.ts';
export type { PortSample } from './watch/sample.ts';
export type { SystemSigns, UdpCounters } from './watch/system-signs.ts';
export { type WatchProcessOptions, type WatchReport, watch } from './watch-process.ts';
export type { DoctorFact, DoctorFacts } from './windows/doctor.ts';
export type { PortEvent } from './windows/port-events.ts';
