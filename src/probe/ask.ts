import { traceOf } from '../client/call-error.ts';
import type { Caller, CallResult } from '../client/caller.ts';
import type { CallTrace } from '../machine/call.ts';

/** How a question ended, with what went over the wire for the last call of it. */
export type Asked<T> =
  | { readonly ok: true; readonly value: T; readonly trace: CallTrace | null }
  | { readonly ok: false; readonly error: unknown; readonly trace: CallTrace | null };

export type Failed = Extract<Asked<unknown>, { ok: false }>;

export interface AskLimits {
  /** ms that are left, asked at the start of each call. */
  readonly remaining: () => number;
  readonly signal: AbortSignal | undefined;
}

/** Runs calls over `server`, each within the limits, and keeps the trace whether they fail or not. Never throws. */
export async function ask<T>(
  server: Caller,
  { remaining, signal }: AskLimits,
  run: (server: Caller) => Promise<T>,
): Promise<Asked<T>> {
  let trace: CallTrace | null = null;
  const recorded: Caller = {
    server: server.server,
    hold: () => server.hold(),
    release: () => server.release(),
    async call(interfaceId, opnum, stub, options): Promise<CallResult> {
      try {
        const result = await server.call(interfaceId, opnum, stub, { ...options, timeout: remaining(), signal });
        trace = result.trace;
        return result;
      } catch (error) {
        trace = traceOf(error) ?? trace;
        throw error;
      }
    },
  };
  try {
    return { ok: true, value: await run(recorded), trace };
  } catch (error) {
    return { ok: false, error, trace };
  }
}
