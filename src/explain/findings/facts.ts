import type { Call } from '../call.ts';
import { durationWords } from '../words.ts';
import type { CallCase } from './rule.ts';

/** A UDP payload that one Ethernet frame holds over IPv4; what is larger travels in fragments of IP. */
export const ONE_FRAME = 1_472;

/** As many pings or repetitions in a row without a word of the server mean that it hears none, or that its words are lost. */
const IN_VAIN = 3;

/** So many nocalls and nothing else are no accident. */
const PUT_OFF = 2;

/** The result was sent again, and the client has not said a word since it came first. */
export function isGone({ result, response, acknowledged, lastClientMs, clientRefusal, callback }: Call): boolean {
  if (result === null || acknowledged || callback !== null || lastClientMs > result.ms) return false;
  return response.retransmissions > 0 || clientRefusal?.reason === 'port-unreachable';
}

/** The server says nothing but that it knows of no call. */
export function isPutOff({ call, nowMs, settings }: CallCase): boolean {
  const { result, callback, nocalls, workings, serverFacks, response, startMs, lastMs } = call;
  if (result !== null || callback !== null || nocalls < PUT_OFF || workings + serverFacks > 0) return false;
  if (response.fragments.size > 0) return false;
  return nowMs - lastMs > settings.patienceMs || lastMs - startMs > settings.patienceMs;
}

/** Whether the client waits for an answer at all, and has waited so long that none comes. */
export function isUnanswered({ call, nowMs, settings }: CallCase): boolean {
  if (call.result !== null || call.request.fragments.size === 0) return false;
  if (call.semantics === 'maybe' || call.semantics === 'broadcast' || call.acknowledged) return false;
  return nowMs - call.lastMs > settings.patienceMs || call.unheardAsks >= IN_VAIN;
}

export function isOversize({ call }: CallCase): boolean {
  return call.request.largest > ONE_FRAME || call.request.ipFragmented > 0;
}

/** `sent 7 times in 6.2 s` */
export function effort({ call }: CallCase): string {
  const { request, pings, cancels } = call;
  const asked = `${pings === 0 ? '' : ` and ${pings} pings`}${cancels === 0 ? '' : ` and ${cancels} cancels`}`;
  const sent = request.fragments.size + request.retransmissions;
  return `${sent} request ${sent === 1 ? 'datagram' : 'datagrams'}${asked} in ${durationWords(call.lastClientMs - call.startMs)}`;
}
