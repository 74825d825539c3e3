// A program that opens clusters and ends in the way that its argument names. Run by lifetime.inside.ts.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type BackendName, backend } from './backends.ts';
import { dllLog } from './test-dll.ts';

const [ending = '', name = 'native'] = process.argv.slice(2);
const kept: unknown[] = [];
const api = backend(name as BackendName, {
  // What hangs is waited for no longer than that, everything else as long as a loaded machine needs.
  exitWait: ending.includes('hang') ? 300 : 20_000,
  // Each thread of an FFI package loads it anew: two show all that five do, since what waits is part of it.
  threads: name === 'native' ? 32 : 2,
});

if (!isMainThread && workerData === 'exit') {
  await open(1);
  void open(1);
  process.exit(7);
} else if (!isMainThread && workerData === 'load') {
  for (let i = 0; i < 16; i++) void underLoad();
  await open(1);
  parentPort?.postMessage('opened');
} else if (!isMainThread) {
  await open(3);
  if (name === 'native') void open(3);
  parentPort?.postMessage('opened');
  await pause(60_000);
} else if (ending === 'exit') {
  await open(5);
  // These are still inside OpenCluster when the process ends.
  void open(5);
  await pause(50);
  process.exit(7);
} else if (ending === 'throw') {
  await open(5);
  throw new Error('uncaught on purpose');
} else if (ending === 'dry') {
  await open(5);
} else if (ending === 'worker') {
  await open(1);
  const worker = new Worker(new URL(import.meta.url));
  await once(worker, 'message');
  await worker.terminate();
  // Windows may close what the worker has left behind on a thread of its own.
  await pause(name === 'native' ? 0 : 1_000);
  process.exit(7);
} else if (ending === 'worker-exit') {
  await once(new Worker(new URL(import.meta.url)), 'message');
  process.exit(7);
} else if (ending === 'workers-exit') {
  await inTurns(async () => {
    await once(new Worker(new URL(import.meta.url), { workerData: 'exit' }), 'exit');
  });
  process.exit(7);
} else if (ending === 'workers-terminated') {
  await inTurns(async () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: 'load' });
    await once(worker, 'message');
    await worker.terminate();
  });
  process.exit(7);
} else if (ending === 'close-hang') {
  await open(6);
  process.env.CLUSTEST_CLOSE_DELAY = '60000';
  leave();
} else if (ending === 'hang') {
  void open(2);
  const log = dllLog(process.env.CLUSTEST_LOG);
  await log.until('both are inside OpenCluster', () => log.count('hang') === 2);
  leave();
} else if (ending === 'load') {
  // Its library is being loaded when the process ends.
  void open(1);
  await pause(Number(process.argv[4]));
  process.exit(7);
}

/** Notes when, for somebody who waits for the end. */
function leave(): void {
  writeFileSync(`${process.env.CLUSTEST_LOG}.left`, `${Date.now()}`);
  process.exit(7);
}

async function open(count: number): Promise<void> {
  const opened = await Promise.all(Array.from({ length: count }, () => api.openCluster('CLUSTER1')));
  kept.push(...opened);
}

async function underLoad(): Promise<void> {
  for (;;) {
    const cluster = await api.openCluster('CLUSTER1');
    await cluster.information();
    await cluster.close();
  }
}

/** Fifty times, four at a time. */
async function inTurns(run: () => Promise<void>): Promise<void> {
  let left = 50;
  const turn = async (): Promise<void> => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: 4 }, turn));
}
