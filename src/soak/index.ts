export type { FailureKind } from '../ports/profiles.ts';
export { SOAK_FAILURES, type SoakFailureKind } from './failures.ts';
export type { SoakOptions } from './options.ts';
export type { SoakProgramEvent, SoakReport, SoakSettings, SoakStep } from './report.ts';
export { planSoak } from './settings.ts';
export { soak } from './soak.ts';
