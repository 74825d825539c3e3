export {
  type EndpointEntry,
  type EndpointsDocument,
  type EndpointsOptions,
  endpoints,
} from './endpoints.ts';
export { type Outcome, outcomeOf } from './outcome.ts';
export { probe, probeUntilAborted } from './probe.ts';
export { parseTargets } from './targets.ts';
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
export { kb814622Of } from './verdict.ts';
