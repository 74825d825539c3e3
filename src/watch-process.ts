import type { PortRange } from './ports/ranges.ts';
import { type WatchReport, watchReport } from './report/watch.ts';
import type { PortSample } from './watch/sample.ts';
import { watchSystem } from './watch/system-signs.ts';
import { watchPorts } from './watch/watch.ts';

export type { WatchReport } from './report/watch.ts';

/** How long and how often to look, and at what beside the ports. */
export interface WatchProcessOptions {
  /** ms between two samples; 10 000 when not given. */
  readonly every?: number | undefined;
  /** ms to watch; until the process ends when not given. */
  readonly for?: number | undefined;
  /** Ends the watching as `for` does: with the report of what was seen. */
  readonly signal?: AbortSignal | undefined;
  /** The ports that RPC may use there; without them only sockets that pile up can be judged. */
  readonly ranges?: readonly PortRange[] | undefined;
  /** ms that a closed port stays bound; 240 000 when not given (KB814622). */
  readonly recycleAfter?: number | undefined;
  /** Also the UDP counters of the machine meanwhile. */
  readonly counters?: boolean | undefined;
  /** Also what Windows logged for want of ports meanwhile. */
  readonly events?: boolean | undefined;
  /** Each sample as it is taken, and what all of them show up to then. */
  readonly onSample?: ((sample: PortSample, judge: () => WatchReport) => void) | undefined;
}

/** A week at one sample each 10 s. Beyond it the oldest samples go, so that memory stays bounded. */
const MOST_SAMPLES = 60_480;

/**
 * Samples the ports that a process of this Windows or Linux holds, until it ends, the time is over or the signal aborts, and says
 * whether it leaks UDP ports. Throws `ERR_CLUSRPC_INVALID_INPUT` where there is no such process or it belongs to somebody else.
 */
export async function watch(pid: number, options: WatchProcessOptions = {}): Promise<WatchReport> {
  const { every, ranges, recycleAfter, counters, events, onSample } = options;
  const samples: PortSample[] = [];
  const judge = (): WatchReport => watchReport(pid, samples, { ranges, recycleAfter });
  const system = counters || events ? await watchSystem(pid, { counters, events }) : undefined;
  const ends = [options.signal, options.for === undefined ? undefined : AbortSignal.timeout(options.for)];
  const signal = AbortSignal.any(ends.filter((end) => end !== undefined));
  for await (const sample of watchPorts(pid, { every, signal })) {
    samples.push(sample);
    if (samples.length > MOST_SAMPLES) samples.shift();
    onSample?.(sample, judge);
  }
  return { ...judge(), ...(system && { system: await system() }) };
}
