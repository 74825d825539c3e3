// Opens and closes a second of the addon and both FFI packages, one at a time and eight at a time, on the same DLL.
import { BACKENDS, backend } from './backends.ts';
import { setDll } from './test-dll.ts';

const PAIRS = Number(process.env.CLUSTEST_PAIRS ?? 2_000);

const ROUNDS = 3;

setDll();
const best = new Map<string, { one: number; eight: number }>();
// In turns, and the best of each: other programs of the machine can only make it slower.
for (let round = 0; round < ROUNDS; round++) {
  for (const name of BACKENDS) {
    const api = backend(name);
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
process.exit(0);

async function rate(concurrency: number, pair: () => Promise<void>): Promise<number> {
  let left = PAIRS;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await pair();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (PAIRS * 1_000) / (performance.now() - began);
}
