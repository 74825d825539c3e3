import { REFUSED } from '../client/refused-port.ts';
import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';
import { type Answer, type Facts, fail } from './check.ts';

/** What the system's word for an ICMP message or a missing route means. */
export const TROUBLES: Readonly<Record<string, { readonly reason: 'refused' | 'filtered'; readonly text: string }>> = {
  ECONNREFUSED: { reason: 'refused', text: REFUSED },
  ECONNRESET: { reason: 'refused', text: REFUSED },
  ENETUNREACH: { reason: 'refused', text: 'there is no route to it' },
  EHOSTUNREACH: { reason: 'filtered', text: 'a router or firewall says that it must not or cannot be reached' },
  EACCES: { reason: 'filtered', text: 'this machine must not send there' },
  EPERM: { reason: 'filtered', text: 'a firewall of this machine forbids it' },
};

/** The answer of a stage whose connected socket got an error instead of a datagram. */
export function troubleAnswer(code: string, { host, port }: Address, learnt: Partial<Facts>): Answer {
  const { reason, text } = TROUBLES[code] ?? { reason: 'refused', text: 'the system refuses it' };
  return fail(reason, `UDP port ${port} of ${host}: ${text} (${code})`, { learnt, ...adviceOn(reason, code) });
}

/** Runs what opens sockets; a port or address that this machine does not have is the answer, not an exception. */
export async function localTrouble<T>(open: () => Promise<T>): Promise<T | Answer> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return {
      status: 'fail',
      detail: error.message,
      asked: { ok: false, error, trace: null },
      advice: 'Give local ports that are free here, and an address of this machine.',
    };
  }
}

function adviceOn(reason: 'refused' | 'filtered', code: string): { readonly advice?: string } {
  if (code === 'ENETUNREACH') return { advice: 'Look at the routes and the network adapters of this machine.' };
  if (reason === 'refused') return {};
  return { advice: 'Allow UDP to that port through the firewalls on the way, this machine’s own included.' };
}
