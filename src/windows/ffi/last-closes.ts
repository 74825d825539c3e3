import type { Worker } from 'node:worker_threads';
import { DONE, type LastCloses } from './protocol.ts';

/**
 * Has these threads close these handles, for the end of the process. The function that it answers waits until `deadline`
 * (ms of performance.now), without messages, and says how many threads are not through.
 */
export function closeLast(workers: readonly Worker[], clusters: readonly bigint[]): (deadline: number) => number {
  const closes: LastCloses = {
    clusters: new BigInt64Array(new SharedArrayBuffer(8 * clusters.length)),
    progress: new Int32Array(new SharedArrayBuffer(8)),
  };
  closes.clusters.set(clusters);
  const closing = workers.slice(0, clusters.length);
  for (const worker of closing) worker.postMessage(closes);
  return (deadline) => {
    for (;;) {
      const done = Atomics.load(closes.progress, DONE);
      const time = deadline - performance.now();
      if (done === closing.length || time <= 0) return closing.length - done;
      Atomics.wait(closes.progress, DONE, done, time);
    }
  };
}
