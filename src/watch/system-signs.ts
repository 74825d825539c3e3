import { isClusError } from '../status/errors.ts';
import { livePortEvents, type PortEvent } from '../windows/port-events.ts';
import { liveUdpCounters } from '../windows/udp-counters.ts';
import { linuxUdpCounters } from './proc.ts';

/** UDP datagrams of the whole machine, IPv4 and IPv6 together, while a process was watched. */
export interface UdpCounters {
  readonly received: number;
  /** Came for a port that nobody had bound: answers that nobody waits for any more are among them. */
  readonly noPort: number;
  readonly errors: number;
  readonly sent: number;
}

/** What the machine shows beside the watched process. Null: not asked for, or not to be had. */
export interface SystemSigns {
  readonly counters: UdpCounters | null;
  /** What TCP/IP wrote into the system log of Windows for want of ports, the oldest first. */
  readonly events: readonly PortEvent[] | null;
  /** Why something that was asked for is not there. */
  readonly missing: readonly string[];
}

export interface SignsWanted {
  readonly counters?: boolean | undefined;
  readonly events?: boolean | undefined;
}

/** Begins to look, and answers what ends it. What cannot be read is said, and disturbs nothing. */
export async function watchSystem(pid: number, wanted: SignsWanted): Promise<() => Promise<SystemSigns>> {
  const since = performance.now();
  const missing: string[] = [];
  const read = async <T>(asked: boolean | undefined, what: () => Promise<T>): Promise<T | null> => {
    if (asked !== true) return null;
    try {
      return await what();
    } catch (error) {
      if (!isClusError(error)) throw error;
      missing.push(error.message);
      return null;
    }
  };
  const first = await read(wanted.counters, () => counterFamilies(pid));
  return async () => {
    const last = first === null ? null : await read(true, () => counterFamilies(pid));
    const events = await read(wanted.events, () => livePortEvents(performance.now() - since));
    return { counters: first === null || last === null ? null : grown(first, last), events, missing };
  };
}

function counterFamilies(pid: number): Promise<readonly UdpCounters[]> {
  return process.platform === 'linux' ? linuxUdpCounters(pid) : liveUdpCounters();
}

/** The counters wrap at 32 bits. */
export function grown(first: readonly UdpCounters[], last: readonly UdpCounters[]): UdpCounters {
  const sum = (pick: (counters: UdpCounters) => number): number =>
    last.reduce((total, family, i) => total + ((pick(family) - pick(first[i] ?? family)) >>> 0), 0);
  return {
    received: sum(({ received }) => received),
    noPort: sum(({ noPort }) => noPort),
    errors: sum(({ errors }) => errors),
    sent: sum(({ sent }) => sent),
  };
}
