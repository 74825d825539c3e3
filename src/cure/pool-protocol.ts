import { ClusError, type ErrorCode, isClusError } from '../status/errors.ts';

/** What the pool tells a process of it. */
export type ToProcess =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'end' };

/**
 * What a process tells its pool. `begun` is on its way before the function runs: a call without it was not executed, and
 * another process may have it. `opens`: opens of clusters that have ended in this process so far.
 */
export type FromProcess =
  | { readonly type: 'ready' }
  | { readonly type: 'unusable'; readonly error: ErrorRecord }
  | { readonly type: 'begun'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly opens: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly opens: number; readonly error: ErrorRecord };

/** An error as it crosses processes, where a class cannot. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** null: no error of this package. */
  readonly clus: {
    readonly code: ErrorCode;
    readonly errno: number | undefined;
    readonly syscall: string | undefined;
    readonly stage: string | undefined;
    readonly advice: string | undefined;
  } | null;
}

export function recordOf(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined, clus: null };
  const { name, message, stack } = error;
  if (!isClusError(error)) return { name, message, stack, clus: null };
  const { code, errno, syscall, stage, advice } = error;
  return { name, message, stack, clus: { code, errno, syscall, stage, advice } };
}

export function errorOf({ name, message, stack, clus }: ErrorRecord): Error {
  const error =
    clus === null
      ? new Error(message)
      : new ClusError(message, clus.code, {
          ...(clus.errno !== undefined && { errno: clus.errno }),
          ...(clus.syscall !== undefined && { syscall: clus.syscall }),
          ...(clus.stage !== undefined && { stage: clus.stage }),
          ...(clus.advice !== undefined && { advice: clus.advice }),
        });
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
