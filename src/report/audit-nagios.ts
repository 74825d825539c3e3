import type { AuditReport } from './audit.ts';
import { cleanText, type NagiosState, worstState } from './nagios.ts';

/**
 * One line for Nagios: an affected system with limited ports is critical, since there the leak ends in a hang; without that list it is
 * a warning. The metric is the number of ports that RPC may use.
 */
export function auditNagios(reports: readonly AuditReport[]): { readonly state: NagiosState; readonly line: string } {
  const states = reports.map(stateOf);
  const state = worstState(states);
  const shown = reports.filter((_, i) => state === 'OK' || states[i] !== 'OK');
  const text = shown.map(({ target, kb814622 }) => `${target} ${kb814622.verdict}, ${kb814622.exposure}`).join('; ');
  const metrics = reports.flatMap(({ target, portConfig }) =>
    portConfig === null
      ? []
      : [`${reports.length === 1 ? 'ports' : `'${cleanText(target)} ports'`}=${portConfig.pool.size};;;0`],
  );
  const tail = metrics.length === 0 ? '' : ` | ${metrics.join(' ')}`;
  return { state, line: `CLUSRPC ${state} - ${cleanText(text)}${tail}` };
}

function stateOf({ kb814622: { verdict, exposure } }: AuditReport): NagiosState {
  if (verdict === 'unknown') return 'UNKNOWN';
  if (verdict === 'fixed' || verdict === 'not-applicable') return 'OK';
  return verdict === 'affected' && exposure === 'limited-ports' ? 'CRITICAL' : 'WARNING';
}
