import type { PortSample } from '../evidence/netstat-series.ts';
import { mostUnseen } from '../ports/distributions.ts';
import type { PoolEnd } from './pool-end.ts';
import { firstIndex, type PortHistory } from './port-history.ts';
import type { PortLosses } from './port-losses.ts';

export interface LeakFacts {
  readonly pool: number;
  readonly samples: readonly PortSample[];
  readonly recycleAfter: number;
  readonly history: PortHistory;
  readonly losses: PortLosses;
  readonly end: PoolEnd;
}

export interface LeakVerdict {
  readonly leak: 'yes' | 'no' | 'unknown';
  readonly because: readonly string[];
  /** With `unknown`: how long a series would have to be to decide, ms; null where length is not what is missing. */
  readonly neededMs: number | null;
  /** Nothing speaks for a second program or for sockets of others. */
  readonly alone: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/**
 * So many programs that fall silent one after the other are less likely than one that leaks: beside ports that go on, while new numbers
 * take the place of lost ones at so many times; and without any port that goes on.
 */
const SILENT_PROGRAMS = [
  { beside: 3, replaced: 4, alone: 0 },
  { beside: 5, replaced: 3, alone: 0 },
  { beside: 0, replaced: 0, alone: 8 },
] as const;
/** The same where every number was taken, so that no new one can take a place. */
const SILENT_WITHOUT_NUMBERS = 5;
/** And where few ports are in use any more: beside ports that go on, without any, and with most of the pool lost. */
const SILENT_AT_THE_END = { beside: 3, alone: 4, most: 2 } as const;
/** Losses so far apart decide in any case that is not mixed up with others. */
const ENOUGH_APART = 6;
/** Numbers whose opens failed at once are never seen. */
const UNSEEN = 2;
/** Signs of other programs and sockets, as a share of the losses that a leak can have beside it. */
const MOST_AGAINST = 1 / 3;
/** `no` excludes a leak that uses up the pool within this time. */
const EXCLUDED = 7 * DAY;
const CONFIDENCE = 0.95;
/** Strangers, numbers that are new in the later half, ports that pile up: so many are chance. */
const CHANCE = 3;

/** The verdict over a series. Several programs and sockets of others are told from a leak, or end in `unknown`. */
export function leakVerdict(facts: LeakFacts): LeakVerdict {
  const { history, losses } = facts;
  const against = losses.crossed + history.strangers + history.returnedAfterBrief;
  const say = (leak: LeakVerdict['leak'], neededMs: number | null, ...because: readonly string[]): LeakVerdict => ({
    leak,
    because,
    neededMs,
    alone: against === 0,
  });
  const useless = unusable(facts);
  if (useless !== null) return say('unknown', useless.neededMs, useless.because);
  const lost = losses.lostAt.length;
  const notBack = `${lost === 1 ? '1 port' : `${lost} ports`} did not come back`;
  const others = `${against === 1 ? 'once' : `${against} times`} a port was seen as no single leaking program shows it: a second program, a failed open that gave its port back, or sockets of others in the range`;
  if (showsLeak(facts) && against <= lost * MOST_AGAINST) return say('yes', null, ...leakSentences(facts));
  if (lost > 0 && against > lost * MOST_AGAINST) {
    return say('unknown', null, notBack, others);
  }
  if (lost > 0) {
    const needed = (spanOf(facts) * ENOUGH_APART) / Math.max(1, losses.apart);
    const silent =
      losses.apart === 1 ? 'a program that fell silent explains' : `${losses.apart} programs that fell silent explain`;
    return say('unknown', wholeHours(needed), `${notBack}, which ${silent} too`);
  }
  return withoutLoss(facts, say, others);
}

type Say = (leak: LeakVerdict['leak'], neededMs: number | null, ...because: readonly string[]) => LeakVerdict;

function unusable({
  samples,
  recycleAfter,
  history,
  losses,
}: LeakFacts): { because: string; neededMs: number | null } | null {
  const gaps = gapsOf(samples);
  const least = 4 * recycleAfter;
  if ((samples.at(-1)?.elapsedMs ?? 0) < least) {
    const because = `the series is shorter than ${least / MINUTE} minutes, in which ports are recycled often enough`;
    return { because, neededMs: wholeHours(least) };
  }
  if (gaps.filter((gap) => gap >= recycleAfter).length * 2 >= gaps.length) {
    const because = `the samples are ${recycleAfter / 1000} s and more apart: a port can come and go between them unseen`;
    return { because, neededMs: null };
  }
  if (history.lives.length > 0 && losses.lastBind > 0) return null;
  const because =
    'no port of the range was bound anew while the samples were taken: nothing opened a cluster, or its program had used up the ports before; start the program anew and sample again';
  return { because, neededMs: null };
}

/** Ports that do not come back: too many, too far apart, for programs that fell silent; at the end of the pool fewer are enough. */
function showsLeak(facts: LeakFacts): boolean {
  const { pool, history, losses, end } = facts;
  const { apart, outlived, replaced, breaks, lostAt } = losses;
  const beside = Math.max(0, outlived - breaks);
  const isEnough = (least: (typeof SILENT_PROGRAMS)[number]): boolean =>
    beside >= least.beside && replaced >= least.replaced && apart >= least.alone;
  if (SILENT_PROGRAMS.some(isEnough)) return true;
  if (end.left > UNSEEN) return false;
  if (beside >= SILENT_WITHOUT_NUMBERS) return true;
  const ebbed = (history.held[losses.lastBind] ?? 0) <= Math.max(1, peakOf(facts) / 4);
  if (!ebbed && !isUsedUp(facts)) return false;
  if (beside >= SILENT_AT_THE_END.beside) return true;
  if (breaks > 0) return false;
  const most = ebbed && lostAt.length * 2 >= pool;
  return apart >= SILENT_AT_THE_END.alone || (most && outlived >= SILENT_AT_THE_END.most);
}

/** Every number was taken, and nothing has been bound for four recycle times. */
function isUsedUp({ samples, recycleAfter, history, losses, end }: LeakFacts): boolean {
  const since = (samples.at(-1)?.elapsedMs ?? 0) - (samples[losses.lastBind]?.elapsedMs ?? 0);
  return end.left <= UNSEEN && history.held.at(-1) === 0 && since >= 4 * recycleAfter;
}

function leakSentences(facts: LeakFacts): readonly string[] {
  const { pool, samples, history, losses, end } = facts;
  const { lostAt, apart, breaks } = losses;
  const ms = (i: number): number => (samples[i] as PortSample).elapsedMs;
  const overMs = ms(lostAt.at(-1) as number) - ms(lostAt[0] as number);
  const silentMs = spanOf(facts) - ms(losses.lastBind);
  return [
    `${lostAt.length} ports were given up within ${minutes(overMs)} minutes: others were taken again before them, time after time`,
    ...(breaks === 0 ? [`without a leak ${apart} programs would have fallen silent one after the other`] : []),
    ...(isUsedUp(facts)
      ? [
          `all ${pool} ports are used up, and for ${minutes(silentMs)} minutes none has been bound: this is the end of the leak`,
        ]
      : end.left <= 0
        ? [
            `the last of the ${pool} ports was taken ${minutes(spanOf(facts) - ms(history.fresh.at(-1) ?? 0))} minutes before the end of the series`,
          ]
        : []),
  ];
}

function withoutLoss(facts: LeakFacts, say: Say, others: string): LeakVerdict {
  const { pool, samples, recycleAfter, history, losses } = facts;
  const { lives, fresh, clock, strangers } = history;
  const span = spanOf(facts);
  const middle = firstIndex(0, samples.length, (i) => (samples[i] as PortSample).elapsedMs * 2 >= span);
  const late = lives.filter(({ first }) => first >= middle);
  const boundMs = (i: number): number => span - (samples[i] as PortSample).elapsedMs;
  const piled = late.filter(
    ({ runs, first, end }) => runs.length === 1 && end === samples.length - 1 && boundMs(first) >= 4 * recycleAfter,
  ).length;
  const quietMs = span - (samples[losses.lastBind] as PortSample).elapsedMs;
  if (quietMs * 8 > span && quietMs > 4 * recycleAfter) {
    return say(
      'unknown',
      null,
      `for the last ${minutes(quietMs)} minutes no port was bound anew: nothing opened a cluster, or it could not`,
    );
  }
  if (piled > CHANCE) {
    return say(
      'unknown',
      null,
      `${piled} ports stay bound since they were taken: handles that nobody closes use the ports up as well, but that is not the defect`,
    );
  }
  const used = clock.at(-1) ?? 0;
  const visible = used - 2 * losses.longestRest - 3;
  if (strangers >= CHANCE || visible < used / 2 || fresh.filter((first) => first >= middle).length > CHANCE) {
    const rest = `ports rest so long that one which is lost cannot be told from one which will come back`;
    return say('unknown', null, strangers >= CHANCE ? others : rest);
  }
  const from = lives.reduce((earliest, { first }) => Math.min(earliest, first), samples.length - 1);
  const to = firstIndex(from, samples.length - 1, (i) => (clock[i] as number) >= visible);
  // What went on during a pause of the collector was not watched.
  const watchedMs = gapsOf(samples.slice(from, to + 1)).reduce((sum, gap) => sum + Math.min(gap, recycleAfter), 0);
  const lastsMs = (watchedMs * pool) / mostUnseen(CONFIDENCE);
  const seen = `${lives.length} ports serve again and again, and none was lost in ${minutes(watchedMs)} minutes`;
  if (lastsMs < EXCLUDED) {
    const needed = (EXCLUDED * mostUnseen(CONFIDENCE)) / pool + span - watchedMs;
    return say(
      'unknown',
      wholeHours(needed),
      seen,
      `a leak that uses up ${pool} ports within ${Math.round(EXCLUDED / DAY)} days would not have shown itself yet`,
    );
  }
  return say('no', null, seen, `a leak would need more than ${Math.floor(lastsMs / DAY)} days to use up ${pool} ports`);
}

function gapsOf(samples: readonly PortSample[]): readonly number[] {
  return samples.slice(1).map(({ elapsedMs }, i) => elapsedMs - (samples[i] as PortSample).elapsedMs);
}

function spanOf({ samples }: LeakFacts): number {
  return samples.at(-1)?.elapsedMs ?? 0;
}

function peakOf({ history }: LeakFacts): number {
  return history.held.reduce((peak, held) => Math.max(peak, held), 0);
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE);
}

function wholeHours(ms: number): number {
  return Math.ceil(ms / HOUR) * HOUR;
}
