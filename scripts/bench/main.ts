import { codec } from './codec.ts';
import { oneValue } from './hive.ts';
import { largeCalls, stream } from './large-call.ts';
import { machinesBackToBack } from './machines.ts';
import { echo, nullCalls } from './null-call.ts';
import { versionsPerSecond } from './pe.ts';
import { ciphers, type Protection, securedCalls } from './secured-call.ts';
import { openClosePairs, roundTripsOfPair, virtualSoak } from './soak.ts';

const ROUNDS = 5;
const COUNT = 32_000;
const PAIRS = 1_920;
const CYCLES = 1_000_000;

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

/** Open and close beside as many echoes as it has round trips. */
async function pairs(concurrency: number, roundTrips: number): Promise<void> {
  const runs: { readonly echoes: number; readonly pairs: number }[] = [];
  for (let i = 0; i < ROUNDS; i++)
    runs.push({ echoes: await echo(COUNT, concurrency), pairs: await openClosePairs(PAIRS, concurrency) });
  const ratios = runs.map(({ echoes, pairs }) => echoes / pairs / roundTrips);
  print(
    `open and close, ${concurrency} at a time`,
    `${format(median(runs.map(({ pairs }) => pairs)))}/s`,
    `${roundTrips} round trips, each of which takes ${median(ratios).toFixed(2)} echoes; a socket of its own each time`,
  );
}

/** Secured calls beside the same calls in clear. */
async function secured(protection: Protection): Promise<void> {
  const runs: { readonly clear: number; readonly calls: number }[] = [];
  await securedCalls(COUNT / 8, protection);
  for (let i = 0; i < ROUNDS; i++)
    runs.push({ clear: await securedCalls(COUNT / 4, 'none'), calls: await securedCalls(COUNT / 4, protection) });
  const ratios = runs.map(({ clear, calls }) => clear / calls);
  print(
    `call of 100 bytes at ${protection}`,
    `${format(median(runs.map(({ calls }) => calls)))}/s`,
    `in clear ${format(median(runs.map(({ clear }) => clear)))}/s: one takes ${median(ratios).toFixed(2)} of those (aim at most 1.5)`,
  );
}

/** Calls of 64 KiB each way beside a bare stream of datagrams of the same size. */
async function large(): Promise<void> {
  const runs: { readonly streamed: number; readonly called: number }[] = [];
  await largeCalls(8);
  for (let i = 0; i < ROUNDS; i++) runs.push({ streamed: await stream(64), called: await largeCalls(64) });
  const share = median(runs.map(({ streamed, called }) => called / streamed));
  const megabytes = (values: readonly number[]) => format(median(values) / (1 << 20));
  print(
    'calls of 64 KiB there and back',
    `${megabytes(runs.map(({ called }) => called))} MiB/s`,
    `a bare stream of 4 KiB datagrams ${megabytes(runs.map(({ streamed }) => streamed))} MiB/s: ${share.toFixed(2)} of it (aim 0.5)`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function best(run: () => number): number {
  return Math.min(...Array.from({ length: ROUNDS }, run));
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
print(
  'null call, both machines, no socket',
  `${best(() => machinesBackToBack(COUNT, new Uint8Array(0))).toFixed(2)} µs`,
  `64 KiB there and back ${format(best(() => machinesBackToBack(200, new Uint8Array(65_536))))} µs; best of ${ROUNDS}`,
);
await ratio(1);
await ratio(64);
await secured('integrity');
await secured('privacy');
for (const size of [100, 65_536]) {
  const { rc4, md5, nodeMd5 } = ciphers(size);
  const megabytes = (bytes: number) => `${format(bytes / (1 << 20))} MiB/s`;
  print(`RC4 of ${size} bytes`, megabytes(rc4), `MD5 ${megabytes(md5)}, that of node:crypto ${megabytes(nodeMd5)}`);
}
await large();
print('versions of PE files', `${format(versionsPerSecond())}/s`, 'aim 2,000/s, files opened and closed');
const { ours, hivexget } = oneValue();
print(
  'one value of a 100 MB hive',
  `${ours.toFixed(1)} ms`,
  `aim 10 ms; hivexget, its start included: ${hivexget === null ? 'not installed' : `${format(hivexget)} ms`}`,
);
const roundTrips = await roundTripsOfPair();
await pairs(1, roundTrips);
await pairs(64, roundTrips);
const { cyclesPerSecond, heapGrowth, heapInTheMiddle } = await virtualSoak(CYCLES);
const heapText = `the heap is ${format(heapInTheMiddle / 1024)} KiB larger half-way, ${format(heapGrowth / 1024)} KiB after ${format(CYCLES)} cycles`;
print('cycles of a virtual soak', `${format(cyclesPerSecond)}/s`, `aim 200,000/s; ${heapText}`);
