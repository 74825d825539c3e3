import type { PortSample } from '../../src/evidence/netstat-series.ts';
import { PortBroker } from '../../src/ports/broker.ts';
import type { PortLease } from '../../src/ports/lease.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import type { ClientProfileName, RuntimeOptions } from '../../src/ports/profiles.ts';
import type { PortRange } from '../../src/ports/ranges.ts';
import type { OpenResult } from '../../src/ports/runtime.ts';
import { seededRandom } from '../../src/transport/random.ts';

/** One program of the machine; all times in ms. */
export interface Program {
  readonly profile: ClientProfileName;
  readonly everyMs: number;
  readonly arrivals?: 'constant' | 'poisson' | 'bursts';
  readonly failureRate?: number;
  /** Opens that fail beside those. */
  readonly fails?: (port: number, ms: number) => boolean;
  /** Where a fixed machine leaves the port of a failed open. */
  readonly afterFailure?: RuntimeOptions['afterFailure'];
  /** How long a failing open has its port bound. */
  readonly failingMs?: number;
  /** Mean of an exponential hold time. */
  readonly holdMs?: number;
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** Its process ends with its work, and gives its ports back. */
  readonly ends?: boolean;
}

/** Sockets in the range that are none of RPC's. */
export interface Strangers {
  readonly everyMs: number;
  readonly shortestMs: number;
  readonly longestMs: number;
}

export interface MachineLoad {
  readonly ranges: readonly PortRange[];
  readonly programs: readonly Program[];
  readonly strangers?: Strangers;
  /** Ports of servers that are bound all the time. */
  readonly servers?: readonly number[];
  readonly sampleMs: number;
  /** Each distance between samples is longer by up to so much. */
  readonly jitterMs?: number;
  readonly untilMs: number;
  /** Ends the run at the first refused open, but not before that time. */
  readonly stopWhenRefusedAfterMs?: number;
  readonly seed: number;
}

/** An open that got a port. */
export interface MachineOpen {
  /** The program's place in the load. */
  readonly program: number;
  readonly port: number;
  readonly fromMs: number;
  readonly failed: boolean;
  /** When it failed, or its handle was closed; infinite: not by the end. */
  untilMs: number;
}

export interface MachineRun {
  readonly opens: readonly MachineOpen[];
  readonly samples: readonly PortSample[];
  /** When each port was lost. */
  readonly lostMs: readonly number[];
  /** The first open that found no port. */
  readonly refusedMs: number | null;
}

/** What netstat would show of an emulated Windows 2000 with these programs on it, and what became of its ports in truth. */
export function runMachine(load: MachineLoad): MachineRun {
  const random = seededRandom(load.seed);
  const exponential = (mean: number): number => -Math.log(1 - random()) * mean;
  const agenda = new Agenda();
  const broker = new PortBroker(configuredPool(load.ranges));
  const bound = new Set<number>();
  const foreign = new Set<number>(load.servers);
  const lostMs: number[] = [];
  const opens: MachineOpen[] = [];
  const samples: PortSample[] = [];
  let refusedMs: number | null = null;
  let now = 0;

  const start = (program: Program, place: number): void => {
    const { profile, everyMs, arrivals = 'constant', failureRate = 0, fails, afterFailure } = program;
    const { failingMs = 0, holdMs = 0, ends = false } = program;
    const until = program.untilMs ?? load.untilMs;
    const onChange = (lease: PortLease): void => {
      if (lease.state === 'in-use' || lease.state === 'closing') bound.add(lease.port);
      else bound.delete(lease.port);
      if (lease.state === 'leaked') lostMs.push(now);
    };
    const process = broker.startProcess(
      `program ${place}`,
      { profile, ...(afterFailure !== undefined && { afterFailure }) },
      { onChange },
    );
    const { runtime } = process;
    if (ends) agenda.add(until, () => process.end(now));
    const living = (act: () => void) => (): void => {
      if (!ends || now < until) act();
    };
    const afterwards = (lease: PortLease): void => {
      const wait = (ms: number, act: () => void): void => (ms === 0 ? act() : agenda.add(now + ms, living(act)));
      const recycle = living(() => void runtime.recycleDue(now));
      const failed = random() < failureRate || fails?.(lease.port, now) === true;
      const open: MachineOpen = {
        program: place,
        port: lease.port,
        fromMs: now,
        failed,
        untilMs: Number.POSITIVE_INFINITY,
      };
      opens.push(open);
      const end = (): void => {
        open.untilMs = now;
      };
      if (failed)
        wait(failingMs, () => {
          end();
          runtime.fail(lease, 'no-answer', now);
        });
      else
        wait(holdMs === 0 ? 0 : exponential(holdMs), () => {
          end();
          runtime.close(lease, now);
          agenda.add(now + runtime.settings.recycleAfter, recycle);
        });
    };
    const open = (): void => {
      if (now >= until) return;
      let result: OpenResult = runtime.open(now);
      while (result.kind === 'leased' && foreign.has(result.lease.port)) result = runtime.skip(result.lease, now);
      if (result.kind === 'leased') afterwards(result.lease);
      else refusedMs ??= now;
      agenda.add(now + gap(), open);
    };
    const gap = (): number => {
      if (arrivals === 'constant') return everyMs;
      if (arrivals === 'poisson') return exponential(everyMs);
      // Four opens close to each other, then a pause: the same rate.
      return random() < 0.75 ? exponential(everyMs / 10) : exponential(everyMs * 3.7);
    };
    agenda.add((program.fromMs ?? 0) + random() * everyMs, open);
  };
  load.programs.forEach((program, i) => {
    agenda.add(program.fromMs ?? 0, () => start({ ...program, fromMs: now }, i));
  });

  const stranger = ({ everyMs, shortestMs, longestMs }: Strangers): void => {
    const range = load.ranges[Math.floor(random() * load.ranges.length)] as PortRange;
    const port = range.first + Math.floor(random() * (range.last - range.first + 1));
    if (!bound.has(port) && !foreign.has(port)) {
      foreign.add(port);
      agenda.add(now + shortestMs + random() * (longestMs - shortestMs), () => foreign.delete(port));
    }
    agenda.add(now + exponential(everyMs), () => stranger({ everyMs, shortestMs, longestMs }));
  };
  const { strangers } = load;
  if (strangers !== undefined) agenda.add(exponential(strangers.everyMs), () => stranger(strangers));

  const sample = (): void => {
    const udpPorts = [...new Set([135, ...bound, ...foreign])].sort((a, b) => a - b);
    samples.push({ elapsedMs: now, udpPorts });
    agenda.add(now + load.sampleMs + Math.round(random() * (load.jitterMs ?? 0)), sample);
  };
  agenda.add(0, sample);

  for (let next = agenda.take(load.untilMs); next !== null; next = agenda.take(load.untilMs)) {
    if (refusedMs !== null && next.at > (load.stopWhenRefusedAfterMs ?? load.untilMs)) break;
    now = next.at;
    next.act();
  }
  return { opens, samples, lostMs, refusedMs };
}

interface Appointment {
  readonly at: number;
  readonly act: () => void;
}

/** What is to happen, soonest first: a binary heap. */
class Agenda {
  readonly #heap: Appointment[] = [];

  add(at: number, act: () => void): void {
    const heap = this.#heap;
    let i = heap.length;
    const added = { at, act };
    while (i > 0 && (heap[(i - 1) >> 1] as Appointment).at > at) {
      heap[i] = heap[(i - 1) >> 1] as Appointment;
      i = (i - 1) >> 1;
    }
    heap[i] = added;
  }

  /** The next one up to that time. */
  take(until: number): Appointment | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > until) return null;
    const last = heap.pop() as Appointment;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Appointment).at < (heap[child] as Appointment).at) child++;
      if ((heap[child] as Appointment).at >= last.at) break;
      heap[i] = heap[child] as Appointment;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
