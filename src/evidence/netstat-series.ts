import { RemoteProtocolError } from '../status/errors.ts';
import { type Stamp, seriesTimes } from './series-clock.ts';

/** The UDP ports that a machine had bound at one moment. */
export interface PortSample {
  /** ms since the first sample of the series. */
  readonly elapsedMs: number;
  /** Sorted, each once. */
  readonly udpPorts: readonly number[];
}

export interface NetstatSeries {
  readonly samples: readonly PortSample[];
  /** The clock of that machine at the last sample, in its own time zone, as if it were UTC; null where the date is not certain. */
  readonly lastLocalMs: number | null;
  readonly warnings: readonly string[];
}

const DAY = 86_400_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MAX_SAMPLES = 1_000_000;

/**
 * Reads `# date time` lines, each followed by the answer of `netstat -an`, as the collector writes them, in the form of that machine's
 * locale. The samples stay in their order, whatever its clock does. Throws RemoteProtocolError when there is no sample at all.
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
  const { elapsed, lastLocalMs, warnings } = seriesTimes(stamps);
  const samples = elapsed.map((elapsedMs, i) => ({
    elapsedMs,
    udpPorts: [...(ports[i] as Set<number>)].sort((a, b) => a - b),
  }));
  return { samples, lastLocalMs, warnings };
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
  const name = /\b(Sun|Mon|Tue|Wed|Thu|Fri|Sat)\b/.exec(row)?.[1];
  const weekday = name === undefined ? null : WEEKDAYS.indexOf(name);
  return { line, dayMs, weekday, date: date === null ? null : [Number(date[1]), Number(date[2]), Number(date[3])] };
}
