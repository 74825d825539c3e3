import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BrokeredMachine, type BrokeredProcess } from '../../src/emulator/brokered-machine.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { claimLoopbackPair, type LoopbackPair } from '../../src/emulator/loopback.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import { boundPortsOfAll as boundPorts } from './udp-ports.ts';

const PROGRAM = new URL('./holding-child.ts', import.meta.url);
const CYCLING = new URL('./cycling-child.ts', import.meta.url);
let addresses: LoopbackPair;
let host: EmulatedHost;
let machine: BrokeredMachine;

beforeEach(async () => {
  // The programs are TypeScript here.
  vi.stubEnv('NODE_OPTIONS', '--import tsx');
  addresses = await claimLoopbackPair();
  host = await EmulatedHost.start({ address: addresses.host });
  const pool = configuredPool([{ first: 5000, last: 5059 }]);
  machine = new BrokeredMachine({ address: addresses.client, pool, hosts: [host], runtime: { recycleAfter: 700 } });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await machine.close();
  await host.close();
  await addresses.release();
});

interface Said {
  readonly bound?: readonly number[];
  readonly error?: string;
}

async function start(
  id: string,
  opens: number,
  fail = 0,
  program = PROGRAM,
): Promise<{ process: BrokeredProcess; bound: readonly number[]; errors: string[] }> {
  const errors: string[] = [];
  let process: BrokeredProcess | undefined;
  const bound = await new Promise<readonly number[]>((resolve) => {
    process = machine.spawn(id, program, { opens, fail }, (said) => {
      const { bound: ports, error } = said as Said;
      if (ports !== undefined) resolve(ports);
      if (error !== undefined) errors.push(error);
    });
  });
  return { process: process as BrokeredProcess, bound, errors };
}

/** What the lease table says, once the last change that a process told of has arrived. */
const bound = (id?: string): number[] =>
  machine
    .leases()
    .filter(({ process, state }) => (id === undefined || process === id) && state !== 'leaked' && state !== 'recycled')
    .map(({ port }) => port)
    .sort((a, b) => a - b);

test('kill -9 of one process frees its ports and no others, and the next process gets exactly those', async () => {
  const [first, second, third] = [await start('first', 12), await start('second', 20, 3), await start('third', 9)];
  expect(machine.snapshot()).toEqual({ pool: 60, inUse: 41, closing: 0, recycled: 0, leaked: 3 });
  expect(boundPorts(addresses.client)).toEqual([...first.bound, ...second.bound, ...third.bound].sort((a, b) => a - b));
  expect(bound()).toEqual(boundPorts(addresses.client));

  const held = machine
    .leases()
    .filter(({ process }) => process === 'second')
    .map(({ port }) => port);
  process.kill(second.process.pid as number, 'SIGKILL');
  expect(await second.process.ended).toEqual({ how: 'signal SIGKILL', gaveBack: 23 });
  expect(boundPorts(addresses.client)).toEqual([...first.bound, ...third.bound].sort((a, b) => a - b));
  expect(bound('first')).toEqual(first.bound);
  expect(bound('third')).toEqual(third.bound);
  expect(machine.available).toBe(60 - 21);

  const fourth = await start('fourth', 23);
  expect(fourth.bound).toEqual(held.sort((a, b) => a - b));
  expect(boundPorts(addresses.client)).toEqual(bound());
});

test('three programs that open and close: the sockets that the system shows are the lease table at every second, and those of one that was killed are free within one', async () => {
  const programs: BrokeredProcess[] = [];
  for (const id of ['first', 'second', 'third']) programs.push((await start(id, 0, 0, CYCLING)).process);
  for (let second = 1; second <= 3; second++) {
    await setTimeout(1_000);
    await agreed();
    expect(new Set(machine.leases().map(({ process }) => process))).toEqual(new Set(['first', 'second', 'third']));
  }
  const held = machine.leases().filter(({ process }) => process === 'second');
  const killed = performance.now();
  process.kill(programs[1]?.pid as number, 'SIGKILL');
  expect((await programs[1]?.ended)?.gaveBack).toBeGreaterThanOrEqual(held.length);
  expect(performance.now() - killed).toBeLessThan(1_000);
  await agreed();
  expect(new Set(machine.leases().map(({ process }) => process))).toEqual(new Set(['first', 'third']));
  expect(machine.snapshot().leaked).toBeGreaterThan(0);
  await setTimeout(1_000);
  await agreed();
});

/** Both change all the time, and what a program tells of a port comes a moment later. */
async function agreed(): Promise<void> {
  await vi.waitFor(() => expect(bound()).toEqual(boundPorts(addresses.client)), { timeout: 1_000, interval: 1 });
}

test('two programs starve each other: what one holds the other lacks, until one ends', async () => {
  const greedy = await start('greedy', 50);
  const starved = await start('starved', 15);
  expect(starved.bound).toHaveLength(10);
  expect(starved.errors).toHaveLength(5);
  greedy.process.abort();
  expect(await greedy.process.ended).toEqual({ how: 'exit code 3', gaveBack: 50 });
  expect((await start('next', 50)).bound).toEqual(greedy.bound);
});
