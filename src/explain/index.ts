export { type ExplainOptions, explain } from './explain.ts';
export { EXPLAIN_SETTINGS, type ExplainSettings } from './limits.ts';
export type { CaptureSource } from './source.ts';
export type * from './types.ts';
