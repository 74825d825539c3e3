import { uuidKey } from '../../../bytes/uuid.ts';
import type { Request } from '../../../pdu/cl/index.ts';
import { win32Code } from '../../../status/win32.ts';
import { type Address, sameAddress } from '../../contract.ts';
import { sequenceDifference } from '../message/numbers.ts';
import { type Admitted, admit } from './admit.ts';
import { reject } from './answers.ts';
import { begin, dispatchOrHold } from './calls.ts';
import { findCall, hear, interfaceOf, type ServerContext, semanticsOf } from './context.ts';
import { openActivity } from './limits.ts';
import { takeRequestFragment } from './messages.ts';
import { askElsewhere } from './move.ts';
import { react } from './react.ts';
import { forgetActivity } from './remove.ts';
import type { ServerActivity } from './state.ts';
import { armSweep } from './sweep.ts';

/** A request as it came: refused for what its header says, or one of its activity. */
export function takeRequest(
  context: ServerContext,
  pdu: Request,
  datagram: Uint8Array,
  from: Address,
  now: number,
): void {
  const { header } = pdu;
  const entry = interfaceOf(context, header);
  if (entry === undefined || header.interfaceMinor > entry.served.version.minor)
    return reject(context, header, from, 'nca_s_unk_if');
  if (header.opnum >= entry.served.operations) return reject(context, header, from, 'nca_s_op_rng_error');
  if (header.serverBoot !== 0 && header.serverBoot !== context.bootTime)
    return reject(context, header, from, 'nca_s_wrong_boot_time');
  if (header.authProtocol !== 0 && !context.security.has(header.authProtocol))
    return reject(context, header, from, win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE'));
  const activity = activityOf(context, pdu, datagram, from, now);
  if (activity === null) return;
  if (!activity.peer.proven) activity.peer.received += datagram.length;
  const admitted = admit(context, activity, pdu, datagram, now);
  if (admitted === null) return;
  hear(context, activity, now);
  sort(context, activity, admitted, entry.hint, now);
}

/** New, one of a call that is known, or of one that is over. */
function sort(
  context: ServerContext,
  activity: ServerActivity,
  admitted: Admitted,
  interfaceHint: number,
  now: number,
): void {
  const { pdu, security } = admitted;
  const { header } = pdu;
  const { sequence } = header;
  const isNew = sequenceDifference(sequence, activity.lowestUnused) >= 0;
  const call = isNew ? undefined : findCall(activity, sequence);
  if (isNew || (call === undefined && activity.overtaken.has(sequence)))
    return start(context, activity, admitted, interfaceHint, now);
  if (call !== undefined && call.security !== security) {
    context.counters.unreadable += 1;
    return;
  }
  if (call?.state === 'receiving') return react(context, call, pdu, now);
  context.counters.duplicates += 1;
  if (call !== undefined) return react(context, call, pdu, now);
  if (sequenceDifference(sequence, activity.lowestAllowed) < 0) return;
  if (semanticsOf(header) === 'idempotent' && security === null)
    return start(context, activity, admitted, interfaceHint, now);
  if (header.fragment === 0 && context.settings.repeatOfFinished === 'reject')
    reject(context, header, activity.address, 'nca_s_proto_error');
}

function start(
  context: ServerContext,
  activity: ServerActivity,
  admitted: Admitted,
  interfaceHint: number,
  now: number,
): void {
  const call = begin(context, activity, admitted, interfaceHint, now);
  if (call === null) return;
  if (call.state === 'receiving') takeRequestFragment(context, call, admitted.pdu, now);
  else dispatchOrHold(context, call, now);
}

/**
 * The activity of a request, a new one where need be; null when there is no room, or it is known from another address, from
 * where its client has to show first that it is the same. Of one that has nothing to protect the new address is as good.
 */
function activityOf(
  context: ServerContext,
  { header }: Request,
  datagram: Uint8Array,
  from: Address,
  now: number,
): ServerActivity | null {
  const key = uuidKey(header.activity);
  const known = context.activities.get(key);
  if (known !== undefined) {
    if (sameAddress(known.address, from)) return known;
    if (
      known.addressSpace !== null ||
      known.callback !== null ||
      !known.calls.every(({ state }) => state === 'sending')
    ) {
      askElsewhere(context, known, header, datagram, from, now);
      return null;
    }
    forgetActivity(context, known, now);
  }
  armSweep(context, now);
  return openActivity(context, key, header, from, now);
}
