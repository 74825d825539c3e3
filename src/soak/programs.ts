import { BrokeredMachine, type BrokeredProcess } from '../emulator/brokered-machine.ts';
import { claimLoopbackPair } from '../emulator/loopback.ts';
import { onAbort } from '../status/on-abort.ts';
import { keepingAlive, systemClock } from '../transport/clock.ts';
import { clientOptions, startSoakHost } from './emulated.ts';
import { soakForecast } from './forecast.ts';
import type { SoakOptions } from './options.ts';
import type { SoakCounts, SoakEnd, SoakedProgramReport, SoakReport, SoakStep } from './report.ts';
import type { SoakPlan } from './settings.ts';
import { Timeline } from './timeline.ts';

/** What the process of a program is told. */
export interface ProgramTask {
  readonly plan: SoakPlan;
  readonly cluster: string;
}

/** What it tells while it runs, and in the end. */
export type ProgramNews = { readonly step: SoakStep } | { readonly report: SoakReport };

/** The same program several times on one machine, each in a process of the system with sockets of its own. */
export async function soakPrograms(plan: SoakPlan, options: SoakOptions): Promise<SoakReport> {
  const { pool, settings } = plan;
  const addresses = await claimLoopbackPair();
  const host = await startSoakHost(plan, addresses.host);
  const { settings: timers, ...runtime } = clientOptions(plan);
  const machine = new BrokeredMachine({ address: addresses.client, pool, hosts: [host], runtime, settings: timers });
  try {
    const soaks = Array.from({ length: settings.programs }, (_, index) => {
      // Different seeds: programs that fail at the same opens would be one program.
      const own = { ...plan, settings: { ...settings, programs: 1, seed: settings.seed + index } };
      return new ProgramSoak(`program-${index + 1}`, { plan: own, cluster: host.model.name });
    });
    return await keepingAlive(() => new MachineSoak(plan, machine, soaks, options).run());
  } finally {
    await machine.close();
    await host.close();
    await addresses.release();
  }
}

/** One of them: its counts as it told them. */
class ProgramSoak {
  readonly id: string;
  readonly task: ProgramTask;
  readonly #counts = { cycles: 0, opened: 0, failed: 0, refused: 0, closed: 0 };
  report: SoakReport | null = null;

  constructor(id: string, task: ProgramTask) {
    this.id = id;
    this.task = task;
  }

  get counts(): SoakCounts {
    if (this.report === null) return { ...this.#counts };
    const { cycles, opened, failed, refused, closed } = this.report;
    return { cycles, opened, failed, refused, closed };
  }

  step({ outcome }: SoakStep): void {
    this.#counts.cycles++;
    this.#counts[outcome]++;
  }
}

class MachineSoak {
  readonly #plan: SoakPlan;
  readonly #machine: BrokeredMachine;
  readonly #soaks: readonly ProgramSoak[];
  readonly #options: SoakOptions;
  readonly #timeline = new Timeline();
  readonly #ended: SoakedProgramReport[] = [];
  readonly #start = systemClock.now();
  #cycles = 0;
  #peak = 0;
  /** As they were before the first program of a finished run gave its own back. */
  #last: SoakReport['ports'] | null = null;

  constructor(plan: SoakPlan, machine: BrokeredMachine, soaks: readonly ProgramSoak[], options: SoakOptions) {
    this.#plan = plan;
    this.#machine = machine;
    this.#soaks = soaks;
    this.#options = options;
  }

  async run(): Promise<SoakReport> {
    const { signal } = this.#options;
    const processes = this.#soaks.map((soak) => this.#spawn(soak));
    const stop = onAbort(signal, () => {
      for (const { process } of processes) process.abort();
    });
    await Promise.all(processes.map(({ ended }) => ended));
    stop();
    return this.#report();
  }

  #spawn(soak: ProgramSoak): { readonly process: BrokeredProcess; readonly ended: Promise<void> } {
    const file = import.meta.url.endsWith('.ts') ? './program-child.ts' : './program-child.js';
    const onNews = (news: unknown) => this.#heard(soak, news as ProgramNews);
    const process = this.#machine.spawn(soak.id, new URL(file, import.meta.url), soak.task, onNews);
    const pid = process.pid ?? null;
    this.#options.onProgram?.({ id: soak.id, pid, end: null, gaveBack: 0 });
    const ended = process.ended.then(({ how: end, gaveBack }) => {
      this.#timeline.offer(this.#now(), this.#machine.snapshot());
      this.#ended.push({ id: soak.id, pid, end, gaveBack, ...soak.counts });
      this.#options.onProgram?.({ id: soak.id, pid, end, gaveBack });
    });
    return { process, ended };
  }

  #heard(soak: ProgramSoak, news: ProgramNews): void {
    const ports = this.#machine.snapshot();
    if ('report' in news) {
      soak.report = news.report;
      this.#last ??= { ...ports, peak: this.#peak };
      return;
    }
    soak.step(news.step);
    this.#cycles++;
    const { inUse, closing, recycled, leaked } = ports;
    this.#peak = Math.max(this.#peak, inUse + closing + leaked);
    const ms = this.#now();
    this.#timeline.offer(ms, ports);
    this.#options.onStep?.({ cycle: this.#cycles, outcome: news.step.outcome, ms, inUse, closing, recycled, leaked });
  }

  #report(): SoakReport {
    const { settings } = this.#plan;
    const reports = this.#soaks.flatMap(({ report }) => report ?? []);
    const sum = (key: keyof SoakCounts) => this.#soaks.reduce((total, { counts }) => total + counts[key], 0);
    const first = <T extends { readonly ms: number }>(moments: readonly T[]): T | null =>
      moments.reduce<T | null>((a, b) => (a === null || b.ms < a.ms ? b : a), null);
    const exhausted = first(
      reports.flatMap(({ exhausted: each }) => (each === null ? [] : [{ ...each, ms: each.at.ms }])),
    );
    const now = this.#machine.snapshot();
    const ports = this.#last ?? { ...now, peak: this.#peak };
    return {
      schema: 'clusrpc/soak/1',
      settings,
      cycles: sum('cycles'),
      opened: sum('opened'),
      failed: sum('failed'),
      refused: sum('refused'),
      closed: sum('closed'),
      ended: this.#endOf(reports),
      stalls: {
        count: reports.reduce((total, { stalls }) => total + stalls.count, 0),
        longestMs: Math.max(0, ...reports.map(({ stalls }) => stalls.longestMs)),
        first: first(reports.flatMap(({ stalls }) => stalls.first ?? [])),
      },
      exhausted: exhausted === null ? null : { at: exhausted.at, error: exhausted.error },
      ports: { ...ports, peak: this.#peak },
      timeline: this.#timeline.end(this.#now(), now),
      latencyMs: null,
      forecast: soakForecast(this.#plan),
      ...(settings.failureKind === 'call' && {
        reconnects: reports.reduce((total, { reconnects = 0 }) => total + reconnects, 0),
      }),
      programs: [...this.#ended].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })),
    };
  }

  /** The worst end of any. */
  #endOf(reports: readonly SoakReport[]): SoakEnd {
    if (this.#options.signal?.aborted === true) return 'aborted';
    const ends = reports.map(({ ended }) => ended);
    return ends.find((end) => end === 'standstill') ?? ends[0] ?? 'aborted';
  }

  #now(): number {
    return Math.round((systemClock.now() - this.#start) * 1_000) / 1_000;
  }
}
