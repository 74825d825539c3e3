import { RemoteProtocolError } from '../status/errors.ts';

/** The UDP ports that a machine had bound at one moment. */
export interface PortSample {
  /** ms since the first sample of the series. */
  readonly elapsedMs: number;
  /** Sorted, each once. */
  readonly udpPorts: readonly number[];
}

export interface NetstatSeries {
  readonly samples: readonly PortSample[];
  readonly warnings: readonly string[];
}

interface Stamp {
  readonly line: number;
  /** The three numbers of the date as they stand; null when there are not three. */
  readonly date: readonly [number, number, number] | null;
  readonly dayMs: number;
}

const DAY = 86_400_000;
const MAX_SAMPLES = 1_000_000;

/**
 * Reads `# date time` lines, each followed by the answer of `netstat -an`, as the collector writes them. Date and time stand in the
 * form of that machine's locale: of the readings of the date under which time never runs backwards the shortest span is taken; a
 * date that cannot be read is counted by midnights. Throws RemoteProtocolError when there is no sample at all.
 */
export function parseNetstatSeries(text: string): NetstatSeries {
  const stamps: Stamp[] = [];
  const ports: Set<number>[] = [];
  let line = 0;
  for (const row of text.split(/\r\n|\r|\n/)) {
    line += 1;
    const stamp = readStamp(row, line);
    if (stamp !== null) {
      stamps.push(stamp);
      ports.push(new Set());
      if (stamps.length > MAX_SAMPLES) throw new RemoteProtocolError(`line ${line}: more than ${MAX_SAMPLES} samples`);
      continue;
    }
    const port = udpPort(row);
    if (port !== null) ports.at(-1)?.add(port);
  }
  if (stamps.length === 0) {
    throw new RemoteProtocolError(
      'line 1: no sample: a sample begins with "# date time" and goes on with the answer of netstat -an',
    );
  }
  const { times, warnings } = elapsed(stamps);
  const samples = times.map((elapsedMs, i) => ({
    elapsedMs,
    udpPorts: [...(ports[i] as Set<number>)].sort((a, b) => a - b),
  }));
  return { samples, warnings };
}

function udpPort(row: string): number | null {
  const match = /^\s*UDP(?:v6)?\s+\S*:(\d{1,5})(?:\s|$)/i.exec(row);
  const port = match === null ? 0 : Number(match[1]);
  return port >= 1 && port <= 65_535 ? port : null;
}

function readStamp(row: string, line: number): Stamp | null {
  if (!row.startsWith('#') || row.length > 200) return null;
  const time = /(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,3}))?)?\s*([ap]m?)?\s*Z?\s*$/i.exec(row);
  if (time === null) return null;
  const half = time[5]?.toLowerCase()[0];
  const hour = half === undefined ? Number(time[1]) : (Number(time[1]) % 12) + (half === 'p' ? 12 : 0);
  const fraction = Number(`0.${time[4] ?? '0'}`) * 1000;
  const dayMs = ((hour * 60 + Number(time[2])) * 60 + Number(time[3] ?? 0)) * 1000 + fraction;
  if (dayMs >= DAY) return null;
  const date = /(\d{1,4})[-/. ]+(\d{1,2})[-/. ]+(\d{1,4})/.exec(row.slice(1, time.index));
  return { line, dayMs, date: date === null ? null : [Number(date[1]), Number(date[2]), Number(date[3])] };
}

function elapsed(stamps: readonly Stamp[]): { times: readonly number[]; warnings: readonly string[] } {
  const readings = ORDERS.flatMap((order) => {
    const times = stamps.map(({ date, dayMs }) => {
      const day = date === null ? null : dayNumber(date, order);
      return day === null ? Number.NaN : day * DAY + dayMs;
    });
    const forward = times.every((time, i) => i === 0 || time >= (times[i - 1] as number));
    return forward && !times.some(Number.isNaN) ? [times] : [];
  });
  const span = (times: readonly number[]): number => (times.at(-1) as number) - (times[0] as number);
  const best = readings.sort((a, b) => span(a) - span(b))[0];
  if (best !== undefined) return { times: best.map((time) => time - (best[0] as number)), warnings: [] };
  return byMidnights(stamps);
}

/** Each step back of the clock is taken for one midnight. */
function byMidnights(stamps: readonly Stamp[]): { times: readonly number[]; warnings: readonly string[] } {
  let days = 0;
  const times = stamps.map(({ dayMs }, i) => {
    if (i > 0 && dayMs < (stamps[i - 1] as Stamp).dayMs) days += 1;
    return days * DAY + dayMs - (stamps[0] as Stamp).dayMs;
  });
  return {
    times,
    warnings: ['the dates cannot be read, so that days are counted by midnights: a gap of more than a day is not seen'],
  };
}

/** Where year, month and day stand. */
const ORDERS = [
  [0, 1, 2],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Days since 1970; null for numbers that are no date in that order. Two-digit years are of this century. */
function dayNumber(date: readonly [number, number, number], [y, m, d]: (typeof ORDERS)[number]): number | null {
  const year = date[y] < 100 ? 2000 + date[y] : date[y];
  const month = date[m];
  const day = date[d];
  if (year < 1990 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  return Date.UTC(year, month - 1, day) / DAY;
}
