import { portTrend } from '../../src/diagnosis/port-trend.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { type MachineLoad, type MachineRun, type Program, runMachine, type Strangers } from './port-machine.ts';

const HOUR = 3_600_000;
const FIXED = 'windows-2000-sp4';
const UNFIXED = 'windows-2000-sp3';

/** Machines of one kind; their loads, pools, lengths and collectors are drawn at random. */
interface Family {
  readonly name: string;
  readonly leaks: boolean;
  /** One program, and no socket of others that comes and goes: what the judgement promises to decide. */
  readonly alone: boolean;
  readonly make: (draw: Draw, untilMs: number) => Pick<MachineLoad, 'programs' | 'strangers' | 'servers'>;
}

export type Draw = ReturnType<typeof drawing>;

export const FAMILIES: readonly Family[] = [
  { name: 'fixed, one program', leaks: false, alone: true, make: (draw) => ({ programs: [draw.program(FIXED)] }) },
  { name: 'fixed, two programs', leaks: false, alone: false, make: (draw) => ({ programs: draw.programs(FIXED, 2) }) },
  {
    name: 'fixed, three programs',
    leaks: false,
    alone: false,
    make: (draw) => ({ programs: draw.programs(FIXED, 3) }),
  },
  {
    name: 'fixed, three in turn',
    leaks: false,
    alone: false,
    make: (draw, until) => ({ programs: inTurn(draw, 3, until) }),
  },
  {
    name: 'fixed, four in turn',
    leaks: false,
    alone: false,
    make: (draw, until) => ({ programs: inTurn(draw, 4, until) }),
  },
  {
    name: 'fixed, programs that end',
    leaks: false,
    alone: false,
    make: (draw, until) => ({
      programs: [0, 1, 2, 3, 4, 5].map((i) =>
        draw.program(FIXED, { fromMs: (i * until) / 6, untilMs: ((i + 1.5) * until) / 6, ends: true }),
      ),
    }),
  },
  {
    name: 'fixed, opens now and then',
    leaks: false,
    alone: false,
    make: (draw, until) => ({
      programs: [
        draw.program(FIXED),
        ...[1, 2, 3].map((i) =>
          draw.program(FIXED, { everyMs: 200_000, fromMs: (i * until) / 5, untilMs: (i * until) / 5 + 400_000 }),
        ),
      ],
    }),
  },
  {
    name: 'fixed, sockets of others',
    leaks: false,
    alone: false,
    make: (draw) => ({ programs: [draw.program(FIXED)], strangers: draw.strangers() }),
  },
  {
    name: 'fixed, two and others',
    leaks: false,
    alone: false,
    make: (draw) => ({ programs: draw.programs(FIXED, 2), strangers: draw.strangers() }),
  },
  { name: 'leaking, one program', leaks: true, alone: true, make: (draw) => ({ programs: [draw.program(UNFIXED)] }) },
  {
    name: 'leaking, servers in range',
    leaks: true,
    alone: true,
    make: (draw) => ({ programs: [draw.program(UNFIXED)], servers: [5003, 5011] }),
  },
  {
    name: 'leaking, hung early',
    leaks: true,
    alone: true,
    make: (draw) => ({
      programs: [draw.program(UNFIXED, { everyMs: draw.of([25_000, 40_000]), failureRate: 0.15, holdMs: 0 })],
    }),
  },
  {
    name: 'leaking and a fixed one',
    leaks: true,
    alone: false,
    make: (draw) => ({ programs: [draw.program(UNFIXED), draw.program(FIXED)] }),
  },
  {
    name: 'leaking, sockets of others',
    leaks: true,
    alone: false,
    make: (draw) => ({ programs: [draw.program(UNFIXED)], strangers: draw.strangers() }),
  },
];

export interface FamilyResult {
  readonly name: string;
  readonly series: number;
  readonly yes: number;
  readonly no: number;
  readonly unknown: number;
  /** Alone, and at least `DECIDABLE` ports lost. */
  readonly decidable: number;
  readonly found: number;
  /** Dates of ports that were not yet used up when the series ended, and those whose band held the first refused open. */
  readonly dates: number;
  readonly inBand: number;
  /** `no` on a machine that had lost a port. */
  readonly missed: number;
}

/** Fewer losses do not stand out from programs that fell silent. */
const DECIDABLE = 18;

export function judgeFamily(family: Family, series: number, firstSeed: number): FamilyResult {
  const count = { yes: 0, no: 0, unknown: 0, decidable: 0, found: 0, dates: 0, inBand: 0, missed: 0 };
  for (let seed = firstSeed; seed < firstSeed + series; seed++) {
    const { ranges, untilMs, run } = machineOf(family, seed);
    const samples = run.samples.filter(({ elapsedMs }) => elapsedMs <= untilMs);
    const { leak, runsOutMs } = portTrend(samples, ranges);
    const lost = run.lostMs.filter((ms) => ms <= untilMs).length;
    count[leak] += 1;
    if (leak === 'no' && lost > 0) count.missed += 1;
    if (family.alone && lost >= DECIDABLE) {
      count.decidable += 1;
      if (leak === 'yes') count.found += 1;
    }
    if (runsOutMs === null || run.refusedMs === null || runsOutMs.p95 < untilMs) continue;
    count.dates += 1;
    if (run.refusedMs >= runsOutMs.p05 && run.refusedMs <= runsOutMs.p95) count.inBand += 1;
  }
  return { name: family.name, series, ...count };
}

/** The machine goes on for so much longer than its series that the true date is known. */
const LONGER = 12;

function machineOf(
  family: Family,
  seed: number,
): Pick<MachineLoad, 'ranges' | 'untilMs'> & { readonly run: MachineRun } {
  const draw = drawing(seed * 7919 + family.name.length);
  const untilMs = draw.of([6, 6, 24]) * HOUR;
  const ranges = [{ first: 5000, last: 4999 + draw.of([20, 50, 100]) }];
  const parts = family.make(draw, untilMs);
  const load = { ranges, sampleMs: draw.of([30_000, 60_000, 60_000]), jitterMs: 1_000, seed, ...parts };
  const goesOn = family.leaks && family.alone ? LONGER : 1;
  return { ranges, untilMs, run: runMachine({ ...load, untilMs: untilMs * goesOn, stopWhenRefusedAfterMs: untilMs }) };
}

export function inTurn(draw: Draw, count: number, untilMs: number): readonly Program[] {
  return Array.from({ length: count }, (_, i) =>
    draw.program(FIXED, { fromMs: (i * untilMs) / count, untilMs: ((i + 1) * untilMs) / count }),
  );
}

export function drawing(seed: number) {
  const random = seededRandom(seed);
  const of = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const between = (low: number, high: number): number => low * (high / low) ** random();
  const program = (profile: Program['profile'], more: Partial<Program> = {}): Program => ({
    profile,
    everyMs: between(10_000, 400_000),
    arrivals: of(['constant', 'poisson', 'bursts']),
    failureRate: between(0.005, 0.25),
    failingMs: of([0, 0, 5_000, 30_000]),
    holdMs: of([0, 0, 10_000, 120_000, 600_000]),
    ...more,
  });
  const programs = (profile: Program['profile'], count: number): readonly Program[] =>
    Array.from({ length: count }, () => program(profile));
  const strangers = (): Strangers => ({
    everyMs: of([30_000, 100_000, 300_000]),
    shortestMs: 1_000,
    longestMs: of([30_000, 120_000, 600_000, 3_600_000]),
  });
  return { random, of, between, program, programs, strangers };
}
