import { ncaCode } from '../../status/nca.ts';
import { statusText } from '../../status/text.ts';
import { win32Code } from '../../status/win32.ts';
import { win32Name } from '../status-name.ts';
import type { CallRule } from './rule.ts';
import { WRONG_BOOT_STATUSES } from './server-restarted.ts';

/** Another rule explains these better. */
const ELSEWHERE: ReadonlySet<number> = new Set([ncaCode('nca_s_who_are_you_failed'), ...WRONG_BOOT_STATUSES]);

const ADVICE: ReadonlyMap<number, string> = new Map([
  [
    ncaCode('nca_s_unk_if'),
    'The process behind that port does not offer this interface or version: ask the endpoint mapper anew, and see whether the service runs.',
  ],
  [ncaCode('nca_s_op_rng_error'), 'The server is older than the client expects: it does not have this operation.'],
  [
    ncaCode('nca_s_server_too_busy'),
    'The server refuses calls for lack of resources: look at its load, and try later.',
  ],
  [
    ncaCode('nca_s_proto_error'),
    'Client and server disagree on the state of the activity: look for lost or doubled packets before it.',
  ],
  [
    ncaCode('nca_s_unsupported_authn_level'),
    'The server wants another authentication level: ClusAPI 2.0 wants NTLM at connect or better ([MS-CMRP] 2.1).',
  ],
  [
    win32Code('ERROR_ACCESS_DENIED'),
    'The server refuses this caller: look at its rights and at the authentication it uses.',
  ],
  [
    win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE'),
    'The server does not know the authentication service of the call, or got no credentials in its callback.',
  ],
]);

const OTHERWISE = 'The server did not execute the call; its event log may say why.';

/** Rejects, by status: the call was not executed (C706 12.5.3.9). */
export const callRejected: CallRule = {
  id: 'call-rejected',
  judge({ call: { result, callback }, name }) {
    if (result?.kind !== 'reject' || callback !== null) return null;
    const { status } = result;
    if (status === null) {
      return { severity: 'problem', title: 'call rejected', ...UNREADABLE, detail: name };
    }
    if (ELSEWHERE.has(status)) return null;
    const { code, symbol } = win32Name(status);
    return {
      severity: 'problem',
      title: `call rejected: ${statusText(status)}`,
      meaning: `The server refused the call without executing it. A Windows program gets ${symbol} (${code}).`,
      advice: ADVICE.get(status) ?? OTHERWISE,
      detail: name,
    };
  },
};

const UNREADABLE = {
  meaning: 'The server refused the call; the status is beyond the snap length of the capture.',
  advice: 'Capture whole packets (tcpdump -s 0).',
};
