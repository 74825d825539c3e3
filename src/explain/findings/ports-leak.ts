import type { HostPorts } from '../port-types.ts';
import { durationWords } from '../words.ts';
import type { CaptureRule, CaptureRuling } from './rule.ts';

/** KB814622 seen from outside: client ports that opens fail on and that never come back. */
export const portsLeak: CaptureRule = {
  id: 'ports-leak',
  judge: ({ hosts }) => hosts.map(rulingOf).filter((ruling) => ruling !== null),
};

const ADVICE =
  'Install Service Pack 4 for Windows 2000 on that host, or the hotfix of KB814622. Until then: restart the program before its ' +
  'ports run out, let it hold one handle and share it, or enlarge the range of ports.';

function rulingOf(host: HostPorts): CaptureRuling | null {
  const shared = { count: 1, examples: [exampleOf(host)] };
  if (host.verdict === 'leak') {
    return {
      severity: 'problem',
      title: `client ports leak: ${host.host}`,
      meaning: `${host.because}. That is the defect of KB814622.${outlook(host)}`,
      advice: ADVICE,
      ...shared,
      count: host.abandoned,
    };
  }
  if (host.verdict !== 'never-reused') return null;
  return {
    severity: 'notice',
    title: `client ports are never used again: ${host.host}`,
    meaning: `${host.because}. With a small pool the program comes to its end after as many opens as there are ports.${outlook(host)}`,
    advice:
      'See whether that host limits its RPC ports (HKLM\\Software\\Microsoft\\Rpc\\Internet); where it does not, this is harmless.',
    ...shared,
  };
}

function outlook({ forecast, usedUpMs, uses }: HostPorts): string {
  if (usedUpMs !== null) {
    const until = (uses.at(-1)?.ms ?? 0) > usedUpMs ? 'until a program was started anew' : 'from then on';
    return ` All its RPC ports were lost ${durationWords(usedUpMs)} after the first packet: no open found one ${until}.`;
  }
  if (forecast === null || forecast.firstRefusal === null) return '';
  const { pool, firstRefusal, exhaustionMs } = forecast;
  const basis = {
    given: `its ${pool.size} RPC ports`,
    seen: `a pool as large as the ports lie apart, that is of ${pool.size} ports`,
    assumed: `an assumed pool of ${pool.size} ports (\`ports\` tells it)`,
  }[pool.basis];
  const end =
    exhaustionMs === null ? '' : `, and the program is at its end after about ${durationWords(exhaustionMs.p50)}`;
  return ` With ${basis} the first open is refused about ${durationWords(firstRefusal.ms.p50)} after the first one${end}.`;
}

function exampleOf({ host, uses, distinctPorts, range, opens, failed }: HostPorts): CaptureRuling['examples'][number] {
  const ms = uses.find(({ outcome }) => outcome === 'failed')?.ms ?? uses[0]?.ms ?? 0;
  return {
    frame: null,
    ms,
    client: host,
    server: null,
    detail: `${distinctPorts} ports from ${range.first} to ${range.last} in ${opens} opens, ${failed} of them failed`,
  };
}
