import { effort, isPutOff } from './facts.ts';
import type { CallRule } from './rule.ts';

/** Every ping is answered by nocall: the server is there and knows nothing of the call (C706 10.2.5). */
export const requestsLost: CallRule = {
  id: 'requests-lost',
  judge(each) {
    const { call, name } = each;
    if (!isPutOff(each)) return null;
    return {
      severity: 'problem',
      title: 'server does not have the request',
      meaning:
        'The server answers each ping by nocall, which says that it knows of no such call, and the call gets no further: the ' +
        'request does not reach the server whole, or the server forgot it.',
      advice: 'See whether datagrams of the size of the request pass, where pings, which are smaller, do.',
      detail: `${name}: ${effort(each)}, up to ${call.request.largest} bytes large, answered by ${call.nocalls} nocalls`,
    };
  },
};
