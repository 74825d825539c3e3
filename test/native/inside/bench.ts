// Opens and closes a second of the addon and both FFI packages, one at a time and eight at a time, on the same DLL; then
// what a program sees of openCluster, two hundred at once, with a DLL that takes its time. The best of some rounds each.
import { openCluster } from '../../../src/open/open-cluster.ts';
import { BACKENDS, backend } from './backends.ts';
import { longestGap } from './gap.ts';
import { setDll } from './test-dll.ts';

const PAIRS = Number(process.env.CLUSTEST_PAIRS ?? 2_000);
const ROUNDS = Number(process.env.CLUSTEST_ROUNDS ?? 3);
const AT_ONCE = 200;
const DELAYS = [0, 5, 50];

setDll();
const best = new Map<string, { one: number; eight: number }>();
// In turns, and the best of each: other programs of the machine can only make it slower.
for (let round = 0; round < ROUNDS; round++) {
  for (const name of BACKENDS) {
    const api = backend(name, { threads: undefined });
    const pair = async (): Promise<void> => (await api.openCluster('CLUSTER1')).close();
    const [one, eight] = [await rate(1, pair), await rate(8, pair)];
    const before = best.get(name) ?? { one: 0, eight: 0 };
    best.set(name, { one: Math.max(one, before.one), eight: Math.max(eight, before.eight) });
  }
}
for (const [name, { one, eight }] of best) {
  console.log(
    `${name.padEnd(10)} ${one.toFixed(0).padStart(6)} opens+closes/s one at a time, ${eight.toFixed(0).padStart(6)} eight at a time`,
  );
}
for (const delay of DELAYS) {
  setDll(delay === 0 ? {} : { OPEN_DELAY: delay });
  for (const name of ['native', 'ffi'] as const) {
    const pair = async (): Promise<void> =>
      (await openCluster('CLUSTER1', { backend: name, timeout: 60_000, stageTimeout: 60_000 })).close();
    await rate(AT_ONCE, pair, AT_ONCE);
    const rates: number[] = [];
    const gaps: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      gaps.push(await longestGap(async () => rates.push(await rate(AT_ONCE, pair, Math.max(AT_ONCE, PAIRS)))));
    }
    console.log(
      `openCluster ${name.padEnd(6)} ${delay} ms in OpenCluster, ${AT_ONCE} at once: ${Math.max(...rates).toFixed(0)} opens+closes/s, event loop still for ${Math.min(...gaps).toFixed(0)} ms`,
    );
  }
}
process.exit(0);

async function rate(concurrency: number, pair: () => Promise<void>, pairs = PAIRS): Promise<number> {
  let left = pairs;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await pair();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (pairs * 1_000) / (performance.now() - began);
}
