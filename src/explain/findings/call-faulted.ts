import { ncaCode } from '../../status/nca.ts';
import { statusText } from '../../status/text.ts';
import { win32Code } from '../../status/win32.ts';
import type { NamedInterface } from '../names.ts';
import { win32Name } from '../status-name.ts';
import type { CallRule } from './rule.ts';
import { CONNECT_ANEW } from './server-restarted.ts';

const ADVICE: ReadonlyMap<number, string> = new Map([
  [
    win32Code('ERROR_ACCESS_DENIED'),
    'The caller lacks the right: ClusAPI 2.0 wants full control of the cluster ([MS-CMRP] 3.1.4).',
  ],
  [
    win32Code('RPC_X_BAD_STUB_DATA'),
    'The server could not read the arguments: another version of the interface, or a damaged request.',
  ],
  [ncaCode('nca_s_fault_remote_no_memory'), 'The server has no memory for the call: look at its load.'],
]);

const CONTEXT_MISMATCH = ncaCode('nca_s_fault_context_mismatch');
const CANCELLED = ncaCode('nca_s_fault_cancel');

const CANCELLED_BY_CLIENT = {
  severity: 'notice',
  title: 'call cancelled by its client',
  meaning: 'The client asked for the end of the call, and the server ended it. It may have run in part.',
  advice: 'See at the client why its program, or a time-out of it, cancels.',
} as const;

function adviceFor(status: number | null, role: NamedInterface['role']): string {
  if (status === null) return OTHERWISE;
  if (status === CONTEXT_MISMATCH)
    return `${UNKNOWN_HANDLE} ${role === 'clusapi' ? 'Open the cluster anew.' : CONNECT_ANEW}`;
  return ADVICE.get(status) ?? OTHERWISE;
}

const UNKNOWN_HANDLE =
  'The handle is one that the server no longer knows: it was restarted, or the client was silent for too long.';

const OTHERWISE = 'The call may have run in part; the event log of the server may say why it failed.';

/** Faults, by status: the call may have been executed (C706 12.5.3.5). */
export const callFaulted: CallRule = {
  id: 'call-faulted',
  judge({
    call: {
      result,
      callback,
      cancels,
      interface: { role },
    },
    name,
  }) {
    if (result?.kind !== 'fault' || callback !== null) return null;
    const { status } = result;
    if (status === CANCELLED && cancels > 0) return { ...CANCELLED_BY_CLIENT, detail: `${name}: ${cancels} cancels` };
    const text = status === null ? 'status beyond the snap length' : statusText(status);
    const told = status === null ? null : win32Name(status);
    const gets = told === null ? '' : ` A Windows program gets ${told.symbol} (${told.code}).`;
    return {
      severity: 'problem',
      title: `call faulted: ${text}`,
      meaning: `The server took the call and ended it by a fault, so it may have been executed.${gets}`,
      advice: adviceFor(status, role),
      detail: name,
    };
  },
};
