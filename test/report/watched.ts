import { type WatchReport, watchReport } from '../../src/report/watch.ts';
import { RANGE, simulate } from '../diagnosis/port-series.ts';

export const HOUR = 3_600_000;
export const START = 1_000 * HOUR;

/** A watched process that opens a cluster each minute on a machine with 100 ports. */
export function watched(profile: 'windows-2000-sp3' | 'windows-2000-sp4', hours: number): WatchReport {
  const load = { profile, everyMs: 60_000, failureRate: 0.1, sampleMs: 30_000, untilMs: hours * HOUR, seed: 5 };
  const samples = simulate(load).samples.map(({ elapsedMs, udpPorts }) => ({
    ms: START + elapsedMs,
    udp: udpPorts,
    tcp: [],
  }));
  return watchReport(4711, samples, { ranges: RANGE });
}
