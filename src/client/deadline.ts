import { TransportError } from '../status/errors.ts';
import { onAbort } from '../status/on-abort.ts';
import type { Clock } from '../transport/clock.ts';

export interface Deadline {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** ms; undefined: none. */
  readonly timeout?: number | undefined;
  /** What took too long, for the error. */
  readonly what: string;
}

/** Runs with a signal that aborts when the caller's does, or when the time is over with ERR_CLUSRPC_TIMEOUT. */
export async function runWithin<T>(
  { clock, signal, timeout, what }: Deadline,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onTime = () => {
    controller.abort(
      new TransportError(`${what} took longer than ${Math.round(timeout ?? 0)} ms`, {
        code: 'ERR_CLUSRPC_TIMEOUT',
        syscall: what,
      }),
    );
  };
  const timer = timeout === undefined ? null : clock.at(clock.now() + timeout, onTime);
  const stop = onAbort(signal, () => controller.abort(signal?.reason));
  try {
    return await run(controller.signal);
  } finally {
    timer?.cancel();
    stop();
  }
}
