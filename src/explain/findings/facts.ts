import { durationWords } from '../words.ts';
import type { CallCase } from './rule.ts';

/** A UDP payload that one Ethernet frame holds over IPv4; what is larger travels in fragments of IP. */
export const ONE_FRAME = 1_472;

/** As many pings or repetitions in a row without a word of the server mean that it hears none, or that its words are lost. */
const IN_VAIN = 3;

/** Whether the client waits for an answer at all, and has waited so long that none comes. */
export function isUnanswered({ call, nowMs, settings }: CallCase): boolean {
  if (call.result !== null || call.request.fragments.size === 0) return false;
  if (call.semantics === 'maybe' || call.semantics === 'broadcast') return false;
  return nowMs - call.lastMs > settings.patienceMs || call.unheardAsks >= IN_VAIN;
}

export function isOversize({ call }: CallCase): boolean {
  return call.request.largest > ONE_FRAME || call.request.ipFragmented > 0;
}

/** `sent 7 times in 6.2 s` */
export function effort({ call }: CallCase): string {
  const { request, pings } = call;
  const asked = pings === 0 ? '' : ` and ${pings} pings`;
  const sent = request.fragments.size + request.retransmissions;
  return `${sent} request ${sent === 1 ? 'datagram' : 'datagrams'}${asked} in ${durationWords(call.lastClientMs - call.startMs)}`;
}
