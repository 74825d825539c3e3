import { clearInterval, clearTimeout, setInterval, setTimeout, steadyNow } from './timers.ts';

/** A timer that was set. */
export interface Timer {
  /** It will not fire any more; once it has fired this does nothing. */
  cancel(): void;
}

/** Time for the rooms above the machines, ms since 1970. A timer never keeps the process alive: a socket does. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Runs `run` once, when `now()` has reached `time`. */
  at(time: number, run: () => void): Timer;
}

/** The system's clock, steady: it follows `performance.now()` and never steps back. Fake timers of a test runner do not move it. */
export const systemClock: Clock = {
  now: steadyNow,
  at(time, run) {
    const handle = setTimeout(run, Math.min(Math.max(0, Math.ceil(time - systemClock.now())), 0x7fffffff));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Longer than anything lasts, and what setInterval takes. */
const FOR_EVER = 0x7fffffff;

/** Keeps the process alive until the work has ended: for a caller who waits for a timer, and may have no socket. */
export async function keepingAlive<T>(work: () => Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, FOR_EVER);
  try {
    return await work();
  } finally {
    clearInterval(alive);
  }
}
