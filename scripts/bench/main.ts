import { codec } from './codec.ts';
import { oneValue } from './hive.ts';
import { echo, nullCalls } from './null-call.ts';

const ROUNDS = 5;
const COUNT = 32_000;

/** Pairs of runs in turn, so that a machine that changes its speed changes both. */
async function ratio(concurrency: number): Promise<void> {
  const runs: { readonly echoes: number; readonly calls: number }[] = [];
  await nullCalls(COUNT, concurrency);
  for (let i = 0; i < ROUNDS; i++)
    runs.push({ echoes: await echo(COUNT, concurrency), calls: await nullCalls(COUNT, concurrency) });
  const ratios = runs.map(({ echoes, calls }) => echoes / calls);
  print(
    `null call, ${concurrency} at a time`,
    `${format(median(runs.map(({ calls }) => calls)))}/s`,
    `a bare echo ${format(median(runs.map(({ echoes }) => echoes)))}/s: one call takes ${median(ratios).toFixed(2)} echoes (aim at most 1.7)`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function format(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function print(what: string, figure: string, note: string): void {
  process.stdout.write(`${what.padEnd(34)} ${figure.padStart(14)}   ${note}\n`);
}

const { bytes, decodesPerSecond, encodesPerSecond } = await codec();
print(`decode of a ${bytes}-byte request`, `${format(decodesPerSecond)}/s`, 'aim 2,000,000/s');
print(`encode of a ${bytes}-byte request`, `${format(encodesPerSecond)}/s`, '');
await ratio(1);
await ratio(64);
const { ours, hivexget } = oneValue();
print(
  'one value of a 100 MB hive',
  `${format(ours)} ms`,
  hivexget === null ? 'hivexget is not installed' : `hivexget, its start included: ${format(hivexget)} ms`,
);
