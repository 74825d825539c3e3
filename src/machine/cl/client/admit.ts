import { uuidKey } from '../../../bytes/uuid.ts';
import type { ClPdu } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';
import { isSecurable } from '../security.ts';
import { type ClientContext, findCall } from './context.ts';
import { type Activity, type Call, learnHint } from './state.ts';

/** A PDU that may be believed, and whose it is; call null: one that is over. */
export interface Admitted {
  readonly activity: Activity;
  readonly call: Call | null;
  readonly pdu: ClPdu;
}

/**
 * The one way in: nothing is learnt of a PDU before it has passed here. Null: it belongs to no activity, comes from another
 * life of the server, or is not secured as its activity is.
 */
export function admit({ activities }: ClientContext, pdu: ClPdu, datagram: Uint8Array): Admitted | null {
  const { header } = pdu;
  const activity = activities.get(uuidKey(header.activity));
  if (activity === undefined) return null;
  const call = findCall(activity, header.sequence) ?? null;
  const { serverBoot } = activity.binding;
  if (call !== null && serverBoot !== 0 && header.serverBoot !== 0 && header.serverBoot !== serverBoot) return null;
  const opened = open(activity, pdu, datagram);
  return opened === null ? null : { activity, call, pdu: opened };
}

/** What every PDU of a call in progress teaches. */
export function learn(context: ClientContext, call: Call, { type, header }: ClPdu, from: Address): void {
  const { activity } = call;
  const { binding } = activity;
  if (header.serverBoot !== 0) binding.serverBoot = header.serverBoot;
  learnHint(binding, call.header.interfaceId, header.interfaceHint);
  activity.activityHint = header.activityHint;
  call.heard[type] = (call.heard[type] ?? 0) + 1;
  hear(context, call, from);
}

/** The server has spoken: it is alive, and where it speaks from is where the mapper sent the call. */
export function hear({ out }: ClientContext, call: Call, from: Address): void {
  const { binding } = call.activity;
  call.silentSince = Number.POSITIVE_INFINITY;
  call.answeredFrom = from;
  if (!binding.viaMapper) return;
  binding.viaMapper = false;
  if (from.port === binding.to.port && from.host === binding.to.host) return;
  binding.to = from;
  out.event({ kind: 'repointed', binding: binding.id, to: from });
}

/** Data is secured as the activity is, or not at all; other PDUs never are. */
function open({ security }: Activity, pdu: ClPdu, datagram: Uint8Array): ClPdu | null {
  const { authProtocol } = pdu.header;
  if (security === null) return authProtocol === 0 ? pdu : null;
  if (!isSecurable(pdu)) return pdu;
  return authProtocol === security.protocol ? security.open(pdu, datagram) : null;
}
