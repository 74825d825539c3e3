import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The longest that the event loop stood still while the work went on, in ms. */
export async function longestGap(work: () => Promise<unknown>): Promise<number> {
  const gaps = monitorEventLoopDelay({ resolution: 1 });
  gaps.enable();
  await work();
  gaps.disable();
  return gaps.max / 1e6;
}
