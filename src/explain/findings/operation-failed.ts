import { dceCode } from '../../status/dce.ts';
import { statusText } from '../../status/text.ts';
import { win32Code } from '../../status/win32.ts';
import { isFailure } from '../result-status.ts';
import type { CallRule } from './rule.ts';

const NOT_REGISTERED =
  'The Cluster service has not registered this interface with the endpoint mapper: it does not run, or this version speaks TCP only.';

const ADVICE: ReadonlyMap<number, string> = new Map([
  [dceCode('ept_s_not_registered'), NOT_REGISTERED],
  [win32Code('EPT_S_NOT_REGISTERED'), NOT_REGISTERED],
  [
    win32Code('ERROR_ACCESS_DENIED'),
    'The caller has no right to the cluster: ClusAPI 2.0 knows full control or nothing.',
  ],
  [
    win32Code('ERROR_INVALID_HANDLE'),
    'The handle was closed before, or belongs to another process or to the server as it was before a restart.',
  ],
  [win32Code('ERROR_SHARING_PAUSED'), 'The node is not fully up: it joins, or has lost the quorum.'],
]);

const OTHERWISE = 'RPC did its work: what failed is the operation itself.';

/** Calls that came back whole, with a status that says no. */
export const operationFailed: CallRule = {
  id: 'operation-failed',
  judge({ call, name }) {
    const { result, callback, opnum } = call;
    if (result?.kind !== 'response' || result.status === null || callback !== null) return null;
    if (call.interface.role === 'callback' || !isFailure(call.interface, opnum, result.status)) return null;
    return {
      severity: 'problem',
      title: `${name} answered ${statusText(result.status)}`,
      meaning: 'The call went through, and its result is an error of the service.',
      advice: ADVICE.get(result.status) ?? OTHERWISE,
      detail: name,
    };
  },
};
