import { ClientMachine } from '../emulator/client-machine.ts';
import { EmulatedHost } from '../emulator/host.ts';
import { claimLoopbackPair } from '../emulator/loopback.ts';
import type { PortPool } from '../ports/pool.ts';
import { DEFAULT_RECYCLE_AFTER } from '../ports/profiles.ts';
import { clientOptions, soakProgram } from './emulated.ts';
import type { SoakOptions } from './options.ts';
import type { SoakReport, SoakStep } from './report.ts';
import { planSoak } from './settings.ts';

const DEMO_ACTS = ['leak', 'fixed', 'stall'] as const;

export type DemoActId = (typeof DEMO_ACTS)[number];

export interface DemoAct {
  readonly id: DemoActId;
  /** Address of the client machine: each act has one of its own, so that a capture tells them apart. */
  readonly client: string;
  readonly report: SoakReport;
  /** What the end of the program does to its ports. */
  readonly afterEnd: DemoEnd;
}

interface DemoEnd {
  /** Ports of the pool that nobody holds, before and after the program ends. */
  readonly freeBefore: number;
  readonly freeAfter: number;
  /** Whether a new program on the same machine opens the cluster. */
  readonly newProgramOpens: boolean;
}

/** What `clusrpc demo --json` prints. */
export interface DemoReport {
  readonly schema: 'clusrpc/demo/1';
  /** How many times faster than Windows' 240 s the ports recycle. */
  readonly timesFaster: number;
  /** Address of the emulated cluster host. */
  readonly host: string;
  /** Those that were played; the last one may have been ended early. */
  readonly acts: readonly DemoAct[];
  /** Whether every act was played and showed what KB814622 says. */
  readonly asExpected: boolean;
}

export interface DemoOptions {
  readonly signal: AbortSignal;
  readonly onAct?: (id: DemoActId, cycles: number) => void;
  readonly onStep?: (step: SoakStep) => void;
  readonly onEnd?: (act: DemoAct) => void;
}

export const DEMO_RECYCLE_AFTER = 600;
/** Twenty seconds on Windows. */
const EVERY = 50;
/** More than the leak ever needs at this rate. */
const MOST_CYCLES = 400;

const LOAD: SoakOptions = {
  time: 'real',
  recycleAfterMs: DEMO_RECYCLE_AFTER,
  everyMs: EVERY,
  failureRate: 0.3,
  failureKind: 'reject',
  onExhaustion: 'hang',
  seed: 7,
};

/** Three runs over real UDP: the leak of service pack 3, the same load on service pack 4, and opens back to back on it. */
export async function runDemo(pool: PortPool, options: DemoOptions): Promise<DemoReport> {
  const addresses = await claimLoopbackPair();
  const host = await EmulatedHost.start({ address: addresses.host });
  const acts: DemoAct[] = [];
  try {
    for (const id of DEMO_ACTS) {
      if (options.signal.aborted) break;
      const load = loadOf(id, acts);
      options.onAct?.(id, load.cycles ?? MOST_CYCLES);
      const act = await play(id, { ...load, ports: pool }, { host, ...options });
      acts.push(act);
      options.onEnd?.(act);
    }
  } finally {
    await host.close();
    await addresses.release();
  }
  return {
    schema: 'clusrpc/demo/1',
    timesFaster: DEFAULT_RECYCLE_AFTER / DEMO_RECYCLE_AFTER,
    host: addresses.host,
    acts,
    asExpected: acts.length === DEMO_ACTS.length && acts.every(isAsExpected),
  };
}

/** Whether an act shows what it is there for. */
function isAsExpected({ id, report, afterEnd }: DemoAct): boolean {
  const { ended, exhausted, ports, stalls } = report;
  if (afterEnd.freeAfter !== ports.pool || !afterEnd.newProgramOpens) return false;
  if (id === 'leak') return ended === 'standstill' && exhausted !== null && ports.leaked === ports.pool;
  const isHealthy = ended === 'cycles' && exhausted === null && ports.leaked === 0;
  return isHealthy && (id === 'fixed' ? stalls.count === 0 : stalls.count > 0);
}

function loadOf(id: DemoActId, before: readonly DemoAct[]): SoakOptions {
  if (id === 'leak') return { ...LOAD, clientProfile: 'windows-2000-sp3', cycles: MOST_CYCLES };
  if (id === 'stall') return { ...LOAD, clientProfile: 'windows-2000-sp4', everyMs: 1, failureRate: 0, cycles: 100 };
  // Well beyond the open at which the unfixed program hung.
  const hungAt = before[0]?.report.cycles ?? MOST_CYCLES;
  return { ...LOAD, clientProfile: 'windows-2000-sp4', cycles: Math.ceil(hungAt * 1.25) };
}

interface Stage extends DemoOptions {
  readonly host: EmulatedHost;
}

async function play(id: DemoActId, load: SoakOptions, stage: Stage): Promise<DemoAct> {
  const own = await claimLoopbackPair();
  try {
    return await playAt(own.client, id, load, stage);
  } finally {
    await own.release();
  }
}

async function playAt(
  client: string,
  id: DemoActId,
  load: SoakOptions,
  { host, signal, onStep }: Stage,
): Promise<DemoAct> {
  const plan = planSoak('emulated', load);
  await using machine = new ClientMachine({
    ...clientOptions(plan),
    address: client,
    ports: plan.pool,
    hosts: [host],
  });
  const cluster = host.model.name;
  const program = machine.startProcess('program');
  const report = await soakProgram(plan, { machine, program, cluster }, { signal, onStep });
  const freeBefore = machine.broker.available;
  await program.end();
  const freeAfter = machine.broker.available;
  const newProgramOpens = !signal.aborted && (await opensAndCloses(machine, cluster));
  return { id, client, report, afterEnd: { freeBefore, freeAfter, newProgramOpens } };
}

async function opensAndCloses(machine: ClientMachine, cluster: string): Promise<boolean> {
  const program = machine.startProcess('new-program');
  try {
    const session = await program.open(cluster);
    return (await session.close()) === null;
  } catch {
    return false;
  } finally {
    await program.end();
  }
}
