export type { FailureKind } from '../ports/profiles.ts';
export { FAILURE_DURATIONS, type FailureDurations, SOAK_FAILURES, type SoakFailureKind } from './failures.ts';
export type { SoakOptions } from './options.ts';
export type * from './report.ts';
export { POLITE, planSoak, type SoakPlan } from './settings.ts';
export { soak } from './soak.ts';
