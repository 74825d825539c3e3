import { readFileSync, writeFileSync } from 'node:fs';
import { ProcessPool } from '../../src/cure/process-pool.ts';
import type { EmulatedHost } from '../../src/emulator/host.ts';
import { isClusError } from '../../src/status/errors.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { scratch } from '../peers/tools.ts';

export interface PoolLoad {
  readonly users: number;
  readonly calls: number;
  /** One call in so many, at random, kills its process. */
  readonly crashEvery: number;
  /** Each time after so many answers, a process is killed from outside. */
  readonly killEvery: number;
  readonly seed: number;
  readonly function: 'openAndClose' | 'echo';
}

export interface PoolLoadResult {
  /** Calls that resolved or rejected. */
  readonly answered: number;
  readonly resolved: number;
  /** Calls that ended with their process. */
  readonly ended: number;
  readonly failedOpens: number;
  readonly executedTwice: number;
  readonly resolvedUnexecuted: number;
  /** Executed calls of which it was said that they were not. */
  readonly refusedExecuted: number;
  readonly crashed: number;
  readonly started: number;
  readonly handedOver: number;
  readonly pidsLeft: readonly number[];
  readonly ms: number;
}

/** Users who call a pool one call after another, while processes are killed; compares what the callers learned with what was executed. */
export async function poolLoad(load: PoolLoad, host: EmulatedHost): Promise<PoolLoadResult> {
  using directory = scratch();
  const log = directory.file('executed');
  writeFileSync(log, '');
  const pool = new ProcessPool({
    module: new URL('./cluster-calls.ts', import.meta.url),
    execArgv: ['--import', 'tsx'],
    budget: 500,
    processes: 2,
    concurrency: 32,
    env: { ...process.env, CALL_LOG: log, CLUSRPC_HOSTS: `CLUSTER1=${host.address}:${host.mapperPort}` },
  });
  const random = seededRandom(load.seed);
  const kill = () => {
    const { pids } = pool.counters();
    const pid = pids[Math.floor(random() * pids.length)];
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  };
  const begun = performance.now();
  const outcomes = new Map<number, 'resolved' | 'ended' | 'failed'>();
  let next = 0;
  const user = async () => {
    for (let id = next++; id < load.calls; id = next++) {
      const crash = random() < 1 / load.crashEvery;
      try {
        const value = await pool.call(load.function, { id, crash });
        outcomes.set(id, value === id ? 'resolved' : 'failed');
      } catch (error) {
        outcomes.set(id, isClusError(error) && error.code === 'ERR_CLUSRPC_PROCESS_ENDED' ? 'ended' : 'failed');
      }
      if (outcomes.size % load.killEvery === 0) kill();
    }
  };
  await Promise.all(Array.from({ length: load.users }, user));
  const ms = performance.now() - begun;
  const { crashed, started, handedOver, pids } = pool.counters();
  await pool.close();
  const executed = new Map<number, number>();
  for (const line of readFileSync(log, 'utf8').split('\n').filter(Boolean)) {
    executed.set(Number(line), (executed.get(Number(line)) ?? 0) + 1);
  }
  const of = (outcome: string) => [...outcomes].filter(([, each]) => each === outcome).map(([id]) => id);
  return {
    answered: outcomes.size,
    resolved: of('resolved').length,
    ended: of('ended').length,
    failedOpens: of('failed').length,
    executedTwice: [...executed.values()].filter((times) => times > 1).length,
    resolvedUnexecuted: of('resolved').filter((id) => !executed.has(id)).length,
    refusedExecuted: of('failed').filter((id) => !executed.has(id)).length,
    crashed,
    started,
    handedOver,
    pidsLeft: pids.filter(isAlive),
    ms,
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
