import { explain } from '../../src/explain/index.ts';
import { countApart } from '../../src/explain/port-returns.ts';
import { DEFAULT_RECYCLE_AFTER } from '../../src/ports/profiles.ts';
import type { PortRange } from '../../src/ports/ranges.ts';
import { type Draw, drawing, inTurn } from '../diagnosis/leak-families.ts';
import { type MachineLoad, type MachineRun, type Program, runMachine } from '../diagnosis/port-machine.ts';
import { captureOfOpens, type SeenOpen } from './port-captures.ts';

const HOUR = 3_600_000;
const FIXED = 'windows-2000-sp4';
const UNFIXED = 'windows-2000-sp3';

/** What befell the client host while the capture was made, and in truth. */
interface Host {
  readonly opens: readonly SeenOpen[];
  /** When ports were lost while it was captured. */
  readonly lostMs: readonly number[];
  readonly refusedMs: number | null;
}

/** Captures of one kind of host; loads, pools, lengths and noise are drawn at random. */
interface CaptureFamily {
  readonly name: string;
  readonly leaks: boolean;
  /** What the judgement promises to decide: one program on a machine with the defect. */
  readonly alone: boolean;
  readonly make: (draw: Draw, setting: Setting) => Host;
}

interface Setting {
  readonly seed: number;
  readonly untilMs: number;
  readonly ranges: readonly PortRange[];
}

const machine = (leaks: boolean, alone: boolean, name: string, load: LoadOf): CaptureFamily => ({
  name,
  leaks,
  alone,
  make: (draw, setting) => hostOf(draw, setting, load(draw, setting), leaks && alone),
});
const healthy = (name: string, make: (draw: Draw, setting: Setting) => readonly SeenOpen[]): CaptureFamily => ({
  name,
  leaks: false,
  alone: false,
  make: (draw, setting) => ({ opens: make(draw, setting), lostMs: [], refusedMs: null }),
});
type LoadOf = (draw: Draw, setting: Setting) => Pick<MachineLoad, 'programs' | 'strangers'>;

export const CAPTURE_FAMILIES: readonly CaptureFamily[] = [
  machine(false, false, 'fixed, one program', (draw) => ({ programs: [draw.program(FIXED)] })),
  machine(false, false, 'fixed, failed ports rest', (draw) => ({
    programs: [draw.program(FIXED, { afterFailure: 'closing' }), draw.program(FIXED, { afterFailure: 'closing' })],
  })),
  machine(false, false, 'fixed, three programs', (draw) => ({ programs: draw.programs(FIXED, 3) })),
  machine(false, false, 'fixed, three in turn', (draw, { untilMs }) => ({ programs: inTurn(draw, 3, untilMs) })),
  machine(false, false, 'fixed, programs that end', (draw, { untilMs }) => ({
    programs: [0, 1, 2, 3, 4, 5].map((i) =>
      draw.program(FIXED, { fromMs: (i * untilMs) / 6, untilMs: ((i + 1.5) * untilMs) / 6, ends: true }),
    ),
  })),
  machine(false, false, 'fixed, some fail and end', (draw, { untilMs }) => ({
    programs: [
      draw.program(FIXED, { failureRate: 0 }),
      ...[1, 2].map((i) =>
        draw.program(FIXED, {
          everyMs: 20_000,
          failureRate: 1,
          fromMs: (i * untilMs) / 4,
          untilMs: (i * untilMs) / 4 + 200_000,
          afterFailure: draw.of(['recycled', 'closing']),
        }),
      ),
    ],
  })),
  machine(false, false, 'fixed, sockets of others', (draw) => ({
    programs: [draw.program(FIXED)],
    strangers: draw.strangers(),
  })),
  machine(false, false, 'fixed, server down at times', (draw, { untilMs }) => ({
    programs: [draw.program(FIXED, { failureRate: 0, fails: outages(draw, untilMs) })],
  })),
  machine(false, false, 'fixed, callbacks eaten', (draw, { ranges }) => {
    const blockedFrom = (ranges[0] as PortRange).first + draw.of([0, 3, 10]);
    return { programs: [draw.program(FIXED, { fails: (port) => port >= blockedFrom })] };
  }),
  healthy('random ports', (draw, setting) => ephemeral(draw, setting, draw.of([100, 1_000, 28_232]), 'random')),
  healthy('random ports, some blocked', (draw, setting) => {
    const opens = ephemeral(draw, setting, draw.of([100, 1_000, 28_232]), 'random');
    return opens.map((open) => (open.port % 4 === 0 ? { ...open, failure: 'no-callback' } : open));
  }),
  healthy('ports in order', (draw, setting) => ephemeral(draw, setting, draw.of([100, 3_976]), 'next')),
  healthy('host that is down', (draw, setting) =>
    ephemeral(draw, setting, draw.of([100, 28_232]), 'random').map((open) => ({ ...open, failure: 'no-answer' })),
  ),
  healthy('eight behind a NAT', (draw, setting) => behindNat(draw, setting, 8, false)),
  healthy('NAT, strangers blocked', (draw, setting) => behindNat(draw, setting, 8, true)),
  machine(true, true, 'leaking, one program', (draw) => ({ programs: [draw.program(UNFIXED)] })),
  machine(true, true, 'leaking, server down at times', (draw, { untilMs }) => ({
    programs: [draw.program(UNFIXED, { fails: outages(draw, untilMs) })],
  })),
  machine(true, false, 'leaking, two programs', (draw) => ({ programs: draw.programs(UNFIXED, 2) })),
  machine(true, false, 'leaking, sockets of others', (draw) => ({
    programs: [draw.program(UNFIXED)],
    strangers: draw.strangers(),
  })),
  machine(true, false, 'leaking, started anew', (draw, { untilMs }) => ({
    programs: [
      draw.program(UNFIXED, { untilMs: untilMs / 2, ends: true }),
      draw.program(UNFIXED, { fromMs: untilMs / 2 }),
    ],
  })),
];

export interface CaptureFamilyResult {
  readonly name: string;
  readonly captures: number;
  readonly leak: number;
  readonly none: number;
  readonly unclear: number;
  /** Alone, with at least `DECIDABLE` losses that lie apart. */
  readonly decidable: number;
  readonly found: number;
  /** Dates of pools that were not used up when the capture ended, and those whose band held the first refused open. */
  readonly dates: number;
  readonly inBand: number;
  /** `none` on a machine that had lost a port. */
  readonly missed: number;
}

/** Fewer losses, each later than the one before by a recycle time, do not stand out from chance, or from programs that fell silent. */
const DECIDABLE = 6;
const LONGER = 12;

export async function judgeCaptures(
  family: CaptureFamily,
  captures: number,
  firstSeed: number,
  hours: readonly number[] = [1, 3, 6],
): Promise<CaptureFamilyResult> {
  const count = { leak: 0, none: 0, unclear: 0, decidable: 0, found: 0, dates: 0, inBand: 0, missed: 0 };
  for (let seed = firstSeed; seed < firstSeed + captures; seed++) {
    const draw = drawing(seed * 7919 + family.name.length);
    const untilMs = draw.of(hours) * HOUR;
    const ranges = [{ first: 5000, last: 4999 + draw.of([20, 50, 100]) }];
    const { opens, lostMs, refusedMs } = family.make(draw, { seed, untilMs, ranges });
    const capture = captureOfOpens(opens, seed, { loss: draw.of([0, 0, 0.002, 0.01]), untilMs });
    const told = family.leaks && (family.alone || draw.of([true, false]));
    const { hosts } = await explain(capture, { ...(told && { ports: ranges }) });
    const [host] = hosts;
    const verdict =
      host?.verdict === 'leak' || host?.verdict === 'leak-likely'
        ? 'leak'
        : host?.verdict === 'none'
          ? 'none'
          : 'unclear';
    count[verdict] += 1;
    if (verdict === 'none' && lostMs.length > 0) count.missed += 1;
    if (family.alone && countApart(lostMs, DEFAULT_RECYCLE_AFTER) >= DECIDABLE) {
      count.decidable += 1;
      if (verdict === 'leak') count.found += 1;
    }
    const refusal = host?.forecast?.firstRefusal?.ms;
    const beganMs = opens[0]?.fromMs ?? 0;
    if (verdict !== 'leak' || refusal === undefined || !told || refusedMs === null || refusedMs <= untilMs) continue;
    count.dates += 1;
    if (refusedMs - beganMs >= refusal.p05 && refusedMs - beganMs <= refusal.p95) count.inBand += 1;
  }
  return { name: family.name, captures, ...count };
}

function hostOf(
  draw: Draw,
  { seed, untilMs, ranges }: Setting,
  parts: Pick<MachineLoad, 'programs' | 'strangers'>,
  goesOn: boolean,
): Host {
  const run: MachineRun = runMachine({
    ranges,
    sampleMs: HOUR,
    seed,
    ...parts,
    untilMs: untilMs * (goesOn ? LONGER : 1),
    stopWhenRefusedAfterMs: untilMs,
  });
  const failure = draw.of(['no-answer', 'reject', 'no-callback'] as const);
  return {
    opens: run.opens.map(({ program, port, fromMs, untilMs: until, failed }) => ({
      process: program,
      port,
      fromMs,
      untilMs: until,
      failure: failed ? failure : null,
    })),
    lostMs: run.lostMs.filter((ms) => ms <= untilMs),
    refusedMs: run.refusedMs,
  };
}

/** Times in which no server answers. */
function outages(draw: Draw, untilMs: number): NonNullable<Program['fails']> {
  const spans = [0, 1, 2].map(() => ({
    from: draw.between(0.05, 1) * untilMs,
    length: draw.between(60_000, 1_800_000),
  }));
  return (_, ms) => spans.some(({ from, length }) => ms >= from && ms < from + length);
}

/** A host without limited ports; the failed opens are as many on each port. */
function ephemeral(draw: Draw, { untilMs }: Setting, ports: number, order: 'random' | 'next'): readonly SeenOpen[] {
  const { everyMs, failureRate = 0 } = draw.program(FIXED);
  const first = draw.of([1_025, 32_768]);
  const failure = draw.of(['no-answer', 'reject', 'no-callback'] as const);
  let next = Math.floor(draw.random() * ports);
  const opens: SeenOpen[] = [];
  for (let ms = 0; ms < untilMs; ms += everyMs * (0.5 + draw.random())) {
    next = order === 'next' ? (next + 1 + Math.floor(draw.random() * 3)) % ports : Math.floor(draw.random() * ports);
    const failed = draw.random() < failureRate;
    opens.push({ process: 0, port: first + next, fromMs: ms, untilMs: ms + 100, failure: failed ? failure : null });
  }
  return opens;
}

/** A NAT that keeps the port of a client where it is free, and draws another for two minutes and more where it is not. */
function behindNat(draw: Draw, setting: Setting, clients: number, strangersBlocked: boolean): readonly SeenOpen[] {
  const { untilMs, ranges } = setting;
  const all = Array.from({ length: clients }, (_, client) => {
    const programs = [draw.program(FIXED, { fromMs: draw.random() * untilMs * 0.5 })];
    const { opens } = hostOf(draw, { ...setting, seed: setting.seed * 100 + client }, { programs }, false);
    return opens.map((open) => ({ ...open, process: client }));
  });
  const { first, last } = ranges[0] as PortRange;
  const taken = new Map<number, { readonly client: number; readonly untilMs: number }>();
  return all
    .flat()
    .sort((a, b) => a.fromMs - b.fromMs)
    .map((open) => {
      let { port } = open;
      const isFree = (each: number): boolean => {
        const other = taken.get(each);
        return other === undefined || other.client === open.process || other.untilMs < open.fromMs;
      };
      while (!isFree(port)) port = 1_024 + Math.floor(draw.random() * 60_000);
      const endMs = Number.isFinite(open.untilMs) ? open.untilMs : untilMs;
      taken.set(port, { client: open.process, untilMs: endMs + 120_000 });
      const isBlocked = strangersBlocked && (port < first || port > last);
      return { ...open, port, failure: isBlocked ? 'no-callback' : open.failure };
    });
}

export function captureTable(results: readonly CaptureFamilyResult[]): string {
  const rows = results.map((each) => [
    each.name,
    each.captures,
    each.leak,
    each.none,
    each.unclear,
    each.decidable === 0 ? '' : `${each.found}/${each.decidable}`,
    each.dates === 0 ? '' : `${each.inBand}/${each.dates}`,
    each.missed === 0 ? '' : each.missed,
  ]);
  const head = ['captures', 'number', 'leak', 'none', 'unclear', 'found', 'in band', 'missed'];
  return `\n${[head, ...rows].map((row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(32) : String(cell).padStart(9))).join('')).join('\n')}\n`;
}
