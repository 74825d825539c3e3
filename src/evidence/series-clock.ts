/** What a `# date time` line says, by the clock of that machine. */
export interface Stamp {
  readonly line: number;
  /** The three numbers of the date as they stand; null when there are not three. */
  readonly date: readonly [number, number, number] | null;
  /** 0 for Sunday; null where no English name of a day stands there. */
  readonly weekday: number | null;
  /** ms since midnight. */
  readonly dayMs: number;
}

export interface SeriesTimes {
  /** ms since the first sample, in the order of the samples; never falling. */
  readonly elapsed: readonly number[];
  /** The clock of that machine at the last sample, in its own time zone, as if it were UTC; null where the date is not certain. */
  readonly lastLocalMs: number | null;
  readonly warnings: readonly string[];
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Where year, month and day stand. */
const ORDERS = [
  [0, 1, 2],
  [2, 0, 1],
  [2, 1, 0],
] as const;
/** A collector that waits for so many of its usual distances had a pause. */
const PAUSE = 10;

/**
 * Time by the place of the samples: a clock that is set back, by hand, by a time service or at the end of summer time, takes nothing
 * away, and the usual distance is put in its place; an hour too much by night is the beginning of summer time. The date is read in the
 * order of year, month and day with the fewest steps back, then the right days of the week, then the shortest series. At least one stamp.
 */
export function seriesTimes(stamps: readonly Stamp[]): SeriesTimes {
  const readings = ORDERS.flatMap((order) => readDates(stamps, order)).sort(likelier);
  const [best, second] = readings;
  if (best === undefined) {
    const warning =
      'the dates cannot be read, so that days are counted by midnights: a gap of more than a day is not seen';
    const { elapsed, warnings } = withoutSteps(stamps, byMidnights(stamps));
    return { elapsed, lastLocalMs: null, warnings: [warning, ...warnings] };
  }
  const certain = second === undefined || likelier(best, second) < 0 || best.clock.at(-1) === second.clock.at(-1);
  return { ...withoutSteps(stamps, best.clock), lastLocalMs: certain ? (best.clock.at(-1) as number) : null };
}

interface Reading {
  readonly clock: readonly number[];
  readonly back: number;
  /** Dates on another day of the week than their line says. */
  readonly misnamed: number;
  readonly span: number;
}

function readDates(stamps: readonly Stamp[], order: (typeof ORDERS)[number]): Reading[] {
  const clock: number[] = [];
  let back = 0;
  let misnamed = 0;
  for (const { date, weekday, dayMs } of stamps) {
    const day = date === null ? null : dayNumber(date, order);
    if (day === null) return [];
    // 1970 began on a Thursday.
    if (weekday !== null && (day + 4) % 7 !== weekday) misnamed += 1;
    const now = day * DAY + dayMs;
    if (now < (clock.at(-1) ?? now)) back += 1;
    clock.push(now);
  }
  return [{ clock, back, misnamed, span: (clock.at(-1) as number) - (clock[0] as number) }];
}

function likelier(a: Reading, b: Reading): number {
  return a.back - b.back || a.misnamed - b.misnamed || a.span - b.span;
}

/** A step back over more than half a day is a midnight. */
function byMidnights(stamps: readonly Stamp[]): readonly number[] {
  let days = 0;
  return stamps.map(({ dayMs }, i) => {
    if (i > 0 && (stamps[i - 1] as Stamp).dayMs - dayMs > DAY / 2) days += 1;
    return days * DAY + dayMs;
  });
}

function withoutSteps(
  stamps: readonly Stamp[],
  clock: readonly number[],
): { readonly elapsed: readonly number[]; readonly warnings: readonly string[] } {
  const distances = clock.slice(1).map((now, i) => now - (clock[i] as number));
  const forward = distances.filter((distance) => distance > 0).sort((a, b) => a - b);
  const usual = forward[forward.length >> 1] ?? 0;
  const warnings: string[] = [];
  let now = 0;
  const elapsed = [0, ...distances].map((distance, i) => {
    const { line, dayMs } = stamps[i] as Stamp;
    const tooMuch = distance - usual;
    if (i === 0) return 0;
    if (distance < 0) {
      warnings.push(`line ${line}: the clock was set back by ${secondsText(usual - distance)}`);
      now += usual;
    } else if (Math.abs(tooMuch - HOUR) <= usual / 2 && usual < HOUR / 2 && dayMs <= 5 * HOUR) {
      warnings.push(`line ${line}: the clock was set forward by an hour, as at the beginning of summer time`);
      now += usual;
    } else {
      if (usual > 0 && distance > PAUSE * usual) {
        warnings.push(`line ${line}: no sample for ${secondsText(distance)}: a pause, or the clock was set forward`);
      }
      now += distance;
    }
    return now;
  });
  return { elapsed, warnings: fewest(warnings) };
}

const MOST_WARNINGS = 5;

function fewest(warnings: readonly string[]): readonly string[] {
  if (warnings.length <= MOST_WARNINGS) return warnings;
  return [...warnings.slice(0, MOST_WARNINGS), `and ${warnings.length - MOST_WARNINGS} more such steps`];
}

function secondsText(ms: number): string {
  return ms >= 600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;
}

/** Days since 1970; null for numbers that are no date in that order. Two-digit years are of this century. */
function dayNumber(date: readonly [number, number, number], [y, m, d]: (typeof ORDERS)[number]): number | null {
  const year = date[y] < 100 ? 2000 + date[y] : date[y];
  const month = date[m];
  const day = date[d];
  if (year < 1990 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  return Date.UTC(year, month - 1, day) / DAY;
}
