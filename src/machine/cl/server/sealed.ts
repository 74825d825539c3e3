import { decodeCl, type Request } from '../../../pdu/cl/index.ts';
import { count, type ServerContext } from './context.ts';
import type { ServerActivity } from './state.ts';

/*
 * Secured requests that came before their key. Nothing is learnt of them while they wait: they are kept as they came, and
 * go in again when the context is there. They count among the fragments and bytes of unfinished requests.
 */

/** Most of one activity. */
const MAX_SEALED = 32;

/** Room allowing; a repeated fragment is kept once. */
export function keepSealed(
  context: ServerContext,
  activity: ServerActivity,
  { header }: Request,
  datagram: Uint8Array,
): void {
  const { settings, counters } = context;
  const { peer, sealed } = activity;
  const known = sealed.some((other) => {
    const { sequence, fragment } = decodeCl(other).header;
    return sequence === header.sequence && fragment === header.fragment;
  });
  if (known) {
    counters.duplicates += 1;
    return;
  }
  const crowded =
    sealed.length >= MAX_SEALED ||
    context.fragments >= settings.maxFragments ||
    peer.fragments >= settings.maxFragmentsPerPeer ||
    context.reassembly + datagram.length > settings.maxReassembly ||
    peer.reassembly + datagram.length > settings.maxReassemblyPerPeer;
  if (crowded) {
    counters.unreadable += 1;
    return;
  }
  sealed.push(datagram.slice());
  count(context, activity, 1, datagram.length);
}

/** What waited for a key, which goes in again or nowhere. */
export function takeSealed(context: ServerContext, activity: ServerActivity): Uint8Array[] {
  const { sealed } = activity;
  if (sealed.length === 0) return sealed;
  activity.sealed = [];
  count(context, activity, -sealed.length, -bytesOf(sealed));
  return sealed;
}

/** Whether any of a call waits. */
export function isSealed({ sealed }: ServerActivity, sequence: number): boolean {
  return sealed.some((datagram) => decodeCl(datagram).header.sequence === sequence);
}

/** Bytes of what waits. */
export function bytesOf(sealed: readonly Uint8Array[]): number {
  return sealed.reduce((sum, { length }) => sum + length, 0);
}
