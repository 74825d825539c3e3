import type { Evidence, Fact } from '../../evidence/evidence.ts';
import { type PortConfiguration, portConfiguration } from '../../ports/configuration.ts';
import { counting, type Grounds, said } from './grounds.ts';
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
 * ports below Rpc\Internet a leaked port is one of some thousand ephemeral ones. Sources that disagree: the limited one counts, and
 * one that lacks values, as a file that somebody wrote to change one, comes last.
 */
export function exposureRule(evidence: Evidence, majorVersion: number): ExposureFinding {
  const unbound = evidence.linkageBind.find((fact) => fact.value?.every((name) => name.trim() === '') === true);
  if (unbound !== undefined)
    return { ...ofPorts(evidence, majorVersion), exposure: 'unknown', because: [noCards(unbound)] };
  return ofPorts(evidence, majorVersion);
}

function noCards(fact: Fact<unknown>): string {
  return `Rpc\\Linkage\\Bind names no network card, so that every RPC call over TCP and UDP fails before a port could leak ${said(fact)}`;
}

function ofPorts(evidence: Evidence, majorVersion: number): ExposureFinding {
  const maxUserPort = counting(evidence.maxUserPort).find((fact) => fact.value !== null)?.value ?? undefined;
  const reservedPorts = entryRanges(counting(evidence.reservedPorts).flatMap((fact) => fact.value ?? []));
  const findings = evidence.rpcInternet.map((fact): ExposureFinding => {
    const ports = portConfiguration(fact.value ?? undefined, { majorVersion, maxUserPort, reservedPorts });
    const { exposure, because } = judge(ports);
    return { exposure, ports, because: [`${because} ${said(fact)}`], contradictions: [] };
  });
  const decided = [false, true].flatMap((lacking) =>
    ORDER.flatMap((exposure) =>
      findings.filter((finding) => finding.exposure === exposure && lacksValues(finding.ports) === lacking),
    ),
  );
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

function lacksValues(ports: PortConfiguration | null): boolean {
  return ports !== null && ports.problems.length > 0 && ports.problems.every(({ code }) => code === 'value-missing');
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
