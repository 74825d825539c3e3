import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProcessPool, type ProcessPoolOptions } from '../../src/cure/process-pool.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { scratch } from '../peers/tools.ts';
import { type PoolLoad, poolLoad } from './pool-load.ts';

const MODULE = new URL('./cluster-calls.ts', import.meta.url);
const pools: ProcessPool[] = [];

const poolOf = (options: Partial<ProcessPoolOptions> = {}): ProcessPool => {
  const pool = new ProcessPool({ module: MODULE, execArgv: ['--import', 'tsx'], ...options });
  pools.push(pool);
  return pool;
};

afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

test('calls run in another process, which is replaced before it opens more than its budget', async () => {
  await using host = await EmulatedHost.start();
  const env = { ...process.env, CLUSRPC_HOSTS: `CLUSTER1=${host.address}:${host.mapperPort}` };
  const pool = poolOf({ budget: 3, concurrency: 1, env });
  for (let id = 0; id < 7; id++) expect(await pool.call('openAndClose', { id })).toBe(id);
  expect(pool.counters()).toMatchObject({ crashed: 0, queued: 0, underWay: 0 });
  // Two that were used up, the one that serves, and perhaps one that was started ahead.
  expect([3, 4]).toContain(pool.counters().started);
  expect(host.calls('ApiOpenCluster')).toHaveLength(7);
});

test('a call that opens nothing costs nothing of the budget', async () => {
  const pool = poolOf({ budget: 2, concurrency: 1 });
  const ids = new Set<unknown>();
  for (let i = 0; i < 10; i++) ids.add(await pool.call('processId'));
  expect(ids.size).toBe(1);
  expect(ids.has(process.pid)).toBe(false);
});

test('what fails there fails here, with code, stage and advice', async () => {
  const pool = poolOf();
  const env = { ...process.env, CLUSRPC_HOSTS: 'CLUSTER1=nonsense:0' };
  const lost = poolOf({ env });
  await expect(lost.call('openAndClose', { id: 1 })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
  await expect(pool.call('nothingLikeIt')).rejects.toThrow('exports no function nothingLikeIt');
  await expect(pool.call('notCloneable')).rejects.toThrow(/could not be cloned/);
  await expect(pool.call('echo', () => 1)).rejects.toThrow(/could not be cloned/);
  expect(await pool.call('echo', { id: 4 })).toBe(4);
});

test('a module that cannot be loaded is told to everybody who waits, and nothing is started over and over', async () => {
  const pool = poolOf({ module: new URL('./no-such-module.ts', import.meta.url) });
  const calls = [1, 2, 3].map(() => pool.call('echo'));
  const results = await Promise.allSettled(calls);
  for (const result of results) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('no-such-module') },
    });
  }
  expect(pool.counters().started).toBe(1);
});

test('processes that end before they are ready are not started for ever', async () => {
  const pool = poolOf({ execArgv: ['--no-such-option'] });
  await expect(pool.call('echo')).rejects.toMatchObject({ code: 'ERR_CLUSRPC_PROCESS_ENDED' });
  expect(pool.counters().started).toBe(3);
});

test('an abort reaches the function, and takes back a call that waits', async () => {
  const pool = poolOf({ concurrency: 1 });
  const running = new AbortController();
  const waiting = new AbortController();
  const first = pool.call('untilAborted', null, { signal: running.signal });
  const second = pool.call('echo', { id: 2 }, { signal: waiting.signal });
  waiting.abort(new Error('no more'));
  await expect(second).rejects.toThrow('no more');
  running.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect(await pool.call('echo', { id: 3 })).toBe(3);
});

test('a crash costs the call that was executed, and no other', async () => {
  const pool = poolOf({ concurrency: 1 });
  const calls = [1, 2, 3].map((id) => pool.call('echo', { id, crash: id === 1 }));
  expect(await Promise.allSettled(calls)).toMatchObject([
    { status: 'rejected', reason: { code: 'ERR_CLUSRPC_PROCESS_ENDED', message: expect.stringContaining('SIGKILL') } },
    { status: 'fulfilled', value: 2 },
    { status: 'fulfilled', value: 3 },
  ]);
  expect(pool.counters()).toMatchObject({ started: 2, crashed: 1 });
});

test('a process that ends lets its module close what it holds; the pool ends with it', async () => {
  using directory = scratch();
  const log = directory.file('closed');
  const pool = poolOf({ env: { ...process.env, CLOSE_LOG: log } });
  const pid = await pool.call('processId');
  await pool.close();
  expect(existsSync(log) && readFileSync(log, 'utf8')).toBe(`${pid}\n`);
  expect(() => process.kill(pid as number, 0)).toThrow('ESRCH');
  await expect(pool.call('echo')).rejects.toThrow('the process pool is closed');
});

test.each([{ budget: 0 }, { processes: 1.5 }, { concurrency: Number.NaN }, { budget: 2, opensPerCall: 3 }])(
  'options that cannot be are refused: %o',
  (options) => {
    expect(() => poolOf(options)).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_INVALID_OPTION' }));
  },
);

describe('64 users, 10 % failing opens, crashes from inside and outside', () => {
  let host: EmulatedHost;
  beforeEach(async () => {
    host = await EmulatedHost.start({ faults: { reject: 0.03 }, seed: 7 });
  });
  afterEach(() => host.close());

  test('no call is lost, none is executed twice, no handle and no process is left', async () => {
    const load: PoolLoad = {
      users: 64,
      calls: 300,
      crashEvery: 100,
      killEvery: 120,
      seed: 7,
      function: 'openAndClose',
    };
    const result = await poolLoad(load, host);
    expect(result).toMatchObject({ answered: 300, executedTwice: 0, resolvedUnexecuted: 0, refusedExecuted: 0 });
    expect(result.crashed).toBeGreaterThan(2);
    expect(result.failedOpens).toBeGreaterThan(5);
    expect(result.resolved).toBeGreaterThan(100);
    expect(result.pidsLeft).toEqual([]);
  });
});
