import { ClusError, type LocalMisuseError } from '../status/errors.ts';
import { onAbort } from '../status/on-abort.ts';
import { invalidOption } from '../status/options.ts';
import { Win32Error } from '../status/win32-error.ts';
import { type CallOptions, type LaneStats, NO_CLUSTER_CLIENT } from './cluster-api.ts';

/**
 * What a call that runs on another thread answers: a Win32 number (0: success), the call that said it, the value, and of an
 * error what Windows says of that number.
 */
export type Settle<T> = (error: number, syscall: string, value: T, said?: string) => void;

export interface ThreadCall<T> {
  readonly name: string;
  /** The cluster, key or file that it is about, for messages. */
  readonly subject: string;
  /** Starts the call. The function it answers gives the call up: true when it had not begun and never will. */
  begin(settle: Settle<T>): () => boolean;
  /** The lane it runs on, asked when the time is up. */
  lane(): LaneStats;
}

const LONGEST_TIMER = 2_147_483_647;

/** Runs a call with an end in time: settles at its answer, at the abort of `signal` or after `timeout`, whichever is first. */
export function boundedCall<T>(call: ThreadCall<T>, { signal, timeout }: CallOptions = {}): Promise<T> {
  if (timeout !== undefined && !(timeout >= 0 && timeout <= LONGEST_TIMER)) {
    return Promise.reject(misusedTimeout(timeout));
  }
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    let stop = () => {};
    const end = (): void => {
      clearTimeout(timer);
      stop();
    };
    const giveUp = call.begin((error, syscall, value, said) => {
      end();
      if (error === 0) resolve(value);
      else reject(failure(error, syscall, said));
    });
    const onTimeout = (): void => {
      end();
      const lane = call.lane();
      reject(giveUp() ? neverBegan(call, lane, timeout) : tookTooLong(call, timeout));
    };
    stop = onAbort(signal, () => {
      end();
      giveUp();
      reject(signal?.reason);
    });
    if (timeout !== undefined) timer = setTimeout(onTimeout, timeout);
  });
}

function failure(error: number, syscall: string, said: string | undefined): Win32Error {
  // The one library that is loaded is clusapi.dll.
  return new Win32Error(error, syscall, { said, ...(syscall === 'LoadLibraryExW' && { advice: NO_CLUSTER_CLIENT }) });
}

function neverBegan(call: ThreadCall<unknown>, lane: LaneStats, timeout: number | undefined): ClusError {
  const oldest = lane.oldest;
  const holder =
    oldest === null ? '' : `, the oldest in ${describe(oldest.call, oldest.subject)} for ${Math.round(oldest.ms)} ms`;
  return new ClusError(
    `${describe(call.name, call.subject)} found no free thread within ${whole(timeout)} ms: ${lane.busy} of ${lane.size} are inside calls${holder}`,
    'ERR_CLUSRPC_NO_FREE_THREAD',
    {
      syscall: call.name,
      advice: `Open fewer clusters at a time, set CLUSRPC_THREADS to more than ${lane.size}, or end the process: Windows cannot take a hanging call back.`,
    },
  );
}

function tookTooLong(call: ThreadCall<unknown>, timeout: number | undefined): ClusError {
  return new ClusError(
    `${describe(call.name, call.subject)} did not return within ${whole(timeout)} ms`,
    'ERR_CLUSRPC_TIMEOUT',
    { syscall: call.name, advice: 'Its thread is taken until the call returns; a handle that arrives then is closed.' },
  );
}

/** What is left of a longer time is no round number. */
function whole(ms = 0): number {
  return Math.round(ms);
}

function misusedTimeout(timeout: number): LocalMisuseError {
  return invalidOption(`a timeout of ${timeout} ms is not between 0 and ${LONGEST_TIMER}`);
}

function describe(call: string, subject: string): string {
  return subject === '' ? call : `${call}("${subject}")`;
}
