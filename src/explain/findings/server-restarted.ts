import { ncaCode } from '../../status/nca.ts';
import type { NamedInterface } from '../names.ts';
import { endpointText } from '../words.ts';
import type { CallRule, CaptureRule } from './rule.ts';

export const WRONG_BOOT_STATUSES: readonly number[] = [ncaCode('nca_s_wrong_boot_time'), ncaCode('nca_s_you_crashed')];

const TEXT = {
  severity: 'problem',
  title: 'server restarted',
  meaning:
    'The process of the server ended and another took its place: calls under way are lost, whether they ran or not, and every ' +
    'handle from before is void.',
} as const;

export const CONNECT_ANEW = 'Let the client connect anew.';

function adviceFor(role: NamedInterface['role']): string {
  const anew = role === 'clusapi' ? 'Open the cluster anew.' : CONNECT_ANEW;
  return `${anew} The event log of the server says why it restarted.`;
}

/** Calls that a server refuses because they name its boot time of before. */
export const wrongBootTime: CallRule = {
  id: 'server-restarted',
  judge({
    call: {
      result,
      callback,
      interface: { role },
    },
    name,
  }) {
    if (callback !== null || result === null || result.kind === 'response') return null;
    if (result.status === null || !WRONG_BOOT_STATUSES.includes(result.status)) return null;
    return {
      ...TEXT,
      advice: adviceFor(role),
      detail: `${name} was refused, since it names the boot time of the process before`,
    };
  },
};

/** Server endpoints that name another boot time than before (C706 12.5.2.7). */
export const bootTimeChanged: CaptureRule = {
  id: 'server-restarted',
  judge({ boots, baseMs }) {
    if (boots.count === 0) return [];
    const examples = boots.changes.map(({ server, before, after, frame, ms }) => ({
      frame,
      ms: ms - baseMs,
      client: null,
      server: endpointText(server),
      detail: `boot time ${secondsText(before)}, from here on ${secondsText(after)}`,
    }));
    const isOfCluster = boots.changes.some(({ role }) => role === 'clusapi' || role === 'mapper');
    return [{ ...TEXT, advice: adviceFor(isOfCluster ? 'clusapi' : 'other'), count: boots.count, examples }];
  },
};

function secondsText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
