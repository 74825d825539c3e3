// A program that opens clusters and ends in the way that its argument names. Run by lifetime.inside.ts.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type BackendName, backend } from './backends.ts';

const [ending = '', name = 'native'] = isMainThread ? process.argv.slice(2) : [];
const kept: unknown[] = [];
const api = backend(isMainThread ? (name as BackendName) : 'native');

if (!isMainThread) {
  await open(3);
  void open(3);
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
  process.exit(7);
} else if (ending === 'worker-exit') {
  await once(new Worker(new URL(import.meta.url)), 'message');
  process.exit(7);
} else if (ending === 'hang') {
  void open(2);
  await pause(200);
  process.exit(7);
}

async function open(count: number): Promise<void> {
  const opened = await Promise.all(Array.from({ length: count }, () => api.openCluster('CLUSTER1')));
  kept.push(...opened);
}
