export { type ExplainOptions, type ExplainProgress, explain } from './explain.ts';
export type { ExplainSettings } from './limits.ts';
export type { CaptureSource } from './source.ts';
export type * from './types.ts';
