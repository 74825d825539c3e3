import type { PortSample } from '../../src/evidence/netstat-series.ts';
import type { ClientProfileName } from '../../src/ports/profiles.ts';
import { type MachineRun, runMachine } from './port-machine.ts';

export const RANGE = [{ first: 5000, last: 5099 }];

export interface Workload {
  readonly profile: ClientProfileName;
  readonly everyMs: number;
  readonly failureRate: number;
  readonly sampleMs: number;
  readonly untilMs: number;
  readonly seed: number;
  /** Opens at random instead of one each `everyMs`. */
  readonly poisson?: boolean;
}

/** One program that opens clusters and closes them at once, on a machine with 100 ports. */
export function simulate({ sampleMs, untilMs, seed, poisson = false, ...program }: Workload): MachineRun {
  const programs = [{ ...program, arrivals: poisson ? 'poisson' : 'constant' } as const];
  return runMachine({ ranges: RANGE, programs, sampleMs, untilMs, seed });
}

/** The text that the collector writes: a stamp in an American locale and the answer of netstat -an. */
export function asNetstat(samples: readonly PortSample[], startMs: number): string {
  return samples
    .map(({ elapsedMs, udpPorts }) => {
      const at = new Date(startMs + elapsedMs);
      const two = (number: number): string => String(number).padStart(2, '0');
      const date = `Tue ${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${at.getUTCFullYear()}`;
      const time = `${String(at.getUTCHours()).padStart(2)}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}.${two(Math.floor(at.getUTCMilliseconds() / 10))}`;
      const rows = udpPorts.map((port) => `${`  UDP    0.0.0.0:${port}`.padEnd(30)}*:*`);
      return [
        `# ${date} ${time}`,
        '',
        'Active Connections',
        '',
        '  Proto  Local Address          Foreign Address        State',
        '  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING',
        ...rows,
      ].join('\r\n');
    })
    .join('\r\n');
}
