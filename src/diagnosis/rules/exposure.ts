import type { Evidence } from '../../evidence/evidence.ts';
import { type PortConfiguration, portConfiguration } from '../../ports/configuration.ts';
import { type Grounds, said } from './grounds.ts';
import { entryRanges } from './reserved-ports.ts';

/** How much of the port range is left to RPC, and so how soon a leak hurts. */
export type Exposure = 'limited-ports' | 'unlimited' | 'unknown';

export interface ExposureFinding extends Grounds {
  readonly exposure: Exposure;
  /** The configuration that decided; null when no source shows it. */
  readonly ports: PortConfiguration | null;
}

/**
 * "This problem may occur after you limit the port usage on the firewall that the program uses to communicate." Without a list of
 * ports below Rpc\Internet a leaked port is one of some thousand ephemeral ones. Sources that disagree: the limited one counts.
 */
export function exposureRule(evidence: Evidence, majorVersion: number): ExposureFinding {
  const maxUserPort = evidence.maxUserPort.find((fact) => fact.value !== null)?.value ?? undefined;
  const reservedPorts = entryRanges(evidence.reservedPorts.flatMap((fact) => fact.value ?? []));
  const findings = evidence.rpcInternet.map((fact): ExposureFinding => {
    const ports = portConfiguration(fact.value ?? undefined, { majorVersion, maxUserPort, reservedPorts });
    const { exposure, because } = judge(ports);
    return { exposure, ports, because: [`${because} ${said(fact)}`], contradictions: [] };
  });
  const decided = ORDER.flatMap((exposure) => findings.filter((finding) => finding.exposure === exposure));
  const [first] = decided;
  if (first === undefined) {
    return {
      exposure: 'unknown',
      ports: null,
      because: ['no source shows whether RPC is limited to certain ports'],
      contradictions: [],
    };
  }
  const other = decided.find((finding) => finding.exposure !== first.exposure);
  return other === undefined ? first : { ...first, contradictions: [`${first.because[0]}, but ${other.because[0]}`] };
}

const ORDER: readonly Exposure[] = ['limited-ports', 'unknown', 'unlimited'];

function judge(ports: PortConfiguration): { exposure: Exposure; because: string } {
  if (ports.policy === null)
    return {
      exposure: 'unlimited',
      because: 'RPC is not limited to certain ports: there is no list below Rpc\\Internet',
    };
  if (!ports.valid) {
    const why = ports.problems.map((problem) => problem.message).join(' ');
    return {
      exposure: 'unknown',
      because: `the list of RPC ports is invalid, so that every RPC endpoint over TCP and UDP fails before a port could leak: ${why}`,
    };
  }
  if (ports.pool.kind === 'dynamic') {
    return {
      exposure: 'unlimited',
      because: 'the list of RPC ports is kept for other programs: ports of ordinary programs lie outside of it',
    };
  }
  return {
    exposure: 'limited-ports',
    because: `RPC is limited to ${ports.pool.size} ports: ${ports.policy.ports?.join(', ')}`,
  };
}
