export {
  type EndpointEntry,
  type EndpointsDocument,
  type EndpointsOptions,
  endpoints,
} from './endpoints.ts';
export { probe } from './probe.ts';
export type {
  ClosedPort,
  ErrorSummary,
  Kb814622,
  ProbeDocument,
  ProbeOptions,
  ProbeResult,
  StageResult,
  StageStatus,
} from './types.ts';
