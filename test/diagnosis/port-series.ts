import type { PortSample } from '../../src/evidence/netstat-series.ts';
import { PortBroker } from '../../src/ports/broker.ts';
import type { PortLease } from '../../src/ports/lease.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import type { ClientProfileName } from '../../src/ports/profiles.ts';
import { seededRandom } from '../../src/transport/random.ts';

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

/** What netstat would show of one program on the emulated machine: the ports whose sockets are bound, and the first refused open. */
export function simulate(load: Workload): { samples: PortSample[]; refusedMs: number | null } {
  const bound = new Set<number>();
  const onChange = (lease: PortLease): void => {
    if (lease.state === 'in-use' || lease.state === 'closing') bound.add(lease.port);
    else bound.delete(lease.port);
  };
  const { runtime } = new PortBroker(configuredPool(RANGE)).startProcess(
    'program',
    { profile: load.profile },
    { onChange },
  );
  const random = seededRandom(load.seed);
  const samples: PortSample[] = [];
  let refusedMs: number | null = null;
  let nextOpen = 0;
  for (let now = 0; now <= load.untilMs; ) {
    if (nextOpen <= now) {
      const result = runtime.open(now);
      if (result.kind === 'refused') refusedMs ??= now;
      if (result.kind === 'leased') {
        if (random() < load.failureRate) runtime.fail(result.lease, 'no-memory', now);
        else runtime.close(result.lease, now);
      }
      nextOpen +=
        load.poisson === true ? Math.max(1, Math.round(-Math.log(1 - random()) * load.everyMs)) : load.everyMs;
    }
    if (now >= samples.length * load.sampleMs) {
      runtime.recycleDue(now);
      samples.push({ elapsedMs: now, udpPorts: [135, ...bound].sort((a, b) => a - b) });
    }
    now = Math.min(nextOpen, samples.length * load.sampleMs);
  }
  return { samples, refusedMs };
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
