// Opens and closes a second of the addon and both FFI packages, one at a time and eight at a time, on the same DLL.
import { BACKENDS, backend } from './backends.ts';
import { setDll } from './test-dll.ts';

const PAIRS = Number(process.env.CLUSTEST_PAIRS ?? 2_000);

setDll();
for (const name of BACKENDS) {
  const api = backend(name);
  const pair = async (): Promise<void> => (await api.openCluster('CLUSTER1')).close();
  for (let i = 0; i < 50; i++) await pair();
  const single = await rate(1, pair);
  await rate(8, pair);
  const eight = await rate(8, pair);
  console.log(JSON.stringify({ backend: name, oneAtATime: Math.round(single), eightAtATime: Math.round(eight) }));
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
