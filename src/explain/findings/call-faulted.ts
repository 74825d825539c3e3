import { ncaCode } from '../../status/nca.ts';
import { statusText } from '../../status/text.ts';
import { win32Code } from '../../status/win32.ts';
import { win32Name } from '../status-name.ts';
import type { CallRule } from './rule.ts';

const ADVICE: ReadonlyMap<number, string> = new Map([
  [
    ncaCode('nca_s_fault_context_mismatch'),
    'The handle is one that the server no longer knows: it was restarted, or the client was silent for too long. Open the cluster anew.',
  ],
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

const OTHERWISE = 'The call may have run in part; the event log of the server may say why it failed.';

/** Faults, by status: the call may have been executed (C706 12.5.3.5). */
export const callFaulted: CallRule = {
  id: 'call-faulted',
  judge({ call: { result, callback }, name }) {
    if (result?.kind !== 'fault' || callback !== null) return null;
    const { status } = result;
    const text = status === null ? 'status beyond the snap length' : statusText(status);
    const told = status === null ? null : win32Name(status);
    const gets = told === null ? '' : ` A Windows program gets ${told.symbol} (${told.code}).`;
    return {
      severity: 'problem',
      title: `call faulted: ${text}`,
      meaning: `The server took the call and ended it by a fault, so it may have been executed.${gets}`,
      advice: (status === null ? undefined : ADVICE.get(status)) ?? OTHERWISE,
      detail: name,
    };
  },
};
