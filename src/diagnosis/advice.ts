import { portCapacity } from '../ports/forecast.ts';
import { DEFAULT_RECYCLE_AFTER } from '../ports/profiles.ts';
import type { ExposureFinding } from './rules/exposure.ts';
import type { SystemFinding } from './rules/system.ts';
import type { Verdict } from './rules/verdict.ts';
import type { WaitingFinding } from './rules/waiting-copies.ts';

/** KB154596: at least this many ports, above 5000. */
const ADVISED_PORTS = 100;

/** What to do, in the order of the article. */
export function adviceFor(
  verdict: Verdict,
  system: SystemFinding,
  exposure: ExposureFinding,
  waiting: WaitingFinding,
): readonly string[] {
  if (verdict === 'not-applicable') return [];
  const advice: string[] = [];
  if (waiting.restartPending)
    advice.push('Restart the machine first: a replacement or deletion of these files waits for it.');
  if (verdict === 'unknown')
    advice.push(
      'Look at the versions of ole32.dll, rpcrt4.dll and rpcss.dll in system32: they decide. `collector` prints a script that gathers them.',
    );
  if (verdict === 'affected' || verdict === 'partly') {
    advice.push(
      'Install the latest service pack of Windows 2000 (KB260910): Service Pack 4 is the first with the correction.',
      'The hotfix of KB814622 is only for systems that show this very problem, and is no longer offered for download; later RPC bulletins for Windows 2000 carry newer files.',
    );
    if (system.datacenter) advice.push('For Datacenter Server fixes come from the maker of the machine (KB265173).');
  }
  if (verdict !== 'fixed' || exposure.exposure === 'limited-ports') advice.push(...portAdvice(verdict, exposure));
  return advice;
}

/** The article sends the reader to itself for the number of ports; by its subject KB154596 is meant. */
function portAdvice(verdict: Verdict, { exposure, ports }: ExposureFinding): readonly string[] {
  const lines: string[] = [];
  if (exposure === 'limited-ports' && ports !== null) {
    const { size } = ports.pool;
    const more =
      size < ADVISED_PORTS
        ? `; KB154596 advises ${ADVISED_PORTS} or more above port 5000, which carry one each ${seconds(ADVISED_PORTS)} s`
        : '';
    lines.push(
      `The ${size} ports carry one open of a cluster each ${seconds(size)} s (a port rests ${DEFAULT_RECYCLE_AFTER / 1000} s after CloseCluster)${more}.`,
    );
    if (verdict !== 'fixed') {
      lines.push(
        `Until then give RPC more ports: each failed open loses one of ${size} for good. The article links to itself for this; KB154596 is meant. \`neededPool\` computes how many a program needs.`,
      );
    }
  } else if (verdict !== 'fixed' && exposure === 'unlimited') {
    lines.push(
      'The ports of RPC are not limited here, so that a leak takes long to be felt; give RPC 100 ports or more (KB154596) if you limit them.',
    );
  }
  lines.push(
    'What no fix changes: a port that a process has taken stays with it until the process ends, so hold one cluster handle and share it, or open clusters in a child process that is replaced.',
  );
  return lines;
}

function seconds(pool: number): string {
  const { everyMs } = portCapacity({ pool });
  return everyMs === null ? '∞' : String(Math.round(everyMs / 100) / 10);
}
