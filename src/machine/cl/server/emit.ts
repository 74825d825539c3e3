import { type ClPdu, encodeCl } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';
import { type ActivitySecurity, isSecurable } from '../security.ts';
import type { ServerContext } from './context.ts';
import type { Peer, ServerActivity } from './state.ts';

/** The one way out: whatever is sent is encoded here. To an address without an activity. */
export function emit(context: ServerContext, pdu: ClPdu, to: Address): void {
  forward(context, encodeCl(pdu), to, null);
}

/** To the client of an activity, data in the security of its call. */
export function emitTo(
  context: ServerContext,
  { peer, address }: ServerActivity,
  pdu: ClPdu,
  security: ActivitySecurity | null = null,
): void {
  const datagram = security !== null && isSecurable(pdu) ? security.seal(pdu) : encodeCl(pdu);
  forward(context, datagram, address, peer);
}

/**
 * A finished datagram. Until a peer has answered a callback it may be somebody in whose name others ask, and gets no more
 * than a few times what it sent, with `reserve` bytes of that left over.
 */
export function forward(
  { settings, counters, out }: ServerContext,
  datagram: Uint8Array,
  to: Address,
  peer: Peer | null,
  reserve = 0,
): void {
  if (peer !== null && !peer.proven) {
    if (peer.sent + datagram.length + reserve > peer.received * settings.amplification) {
      counters.amplificationRefused += 1;
      return;
    }
    peer.sent += datagram.length;
  }
  counters.packetsOut += 1;
  out.transmit(datagram, to);
}
