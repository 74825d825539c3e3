import { type CoResponse, encodeCo, PFC, WHOLE } from '../../../pdu/co/index.ts';
import { LocalMisuseError } from '../../../status/errors.ts';
import { ncaCode } from '../../../status/nca.ts';
import type { Outcome } from '../../call.ts';
import { encodeProtected, overhead } from '../message/protect.ts';
import { split } from '../message/split.ts';
import { type CoServerCall, type CoServerContext, sendPdu } from './state.ts';

const RESPONSE_HEAD = 24;
const EMPTY = new Uint8Array(0);

/** The manager is done. Throws LocalMisuseError for a call that it never had. */
export function complete(context: CoServerContext, id: number, outcome: Outcome): void {
  const call = [...context.calls.values()].find((each) => each.id === id);
  if (call === undefined) {
    if (id <= context.lastCall) return; // given up by its client, or a maybe call
    throw new LocalMisuseError(`no call ${id}`);
  }
  if (call.state !== 'working') throw new LocalMisuseError(`call ${id} is not with the manager`);
  context.calls.delete(call.callId);
  if (call.orphaned) return;
  context.counters.callsOut += 1;
  if (outcome.kind === 'response') return respond(context, call, outcome.stub);
  sendFault(context, call, outcome.status, outcome.kind === 'reject');
}

function respond(context: CoServerContext, { callId, contextId, cancels }: CoServerCall, stub: Uint8Array): void {
  const { protection, maxXmit, drep } = context;
  for (const { flags, stub: part, left } of split(stub, maxXmit - RESPONSE_HEAD - overhead(protection))) {
    const header = { minorVersion: 0, flags, drep, callId };
    const pdu: CoResponse = {
      type: 'response',
      header,
      allocHint: left,
      contextId,
      cancelCount: cancels,
      stub: part,
      auth: null,
    };
    sendPdu(context, encodeProtected(pdu, protection));
  }
}

/** A call that was not begun, or the alter_context that has no other way to be refused. */
export function refuseCall(context: CoServerContext, callId: number, contextId: number, status: number): void {
  sendFault(context, { callId, contextId, cancels: 0 }, status, true);
}

/** Windows leaves faults unsigned at every level. */
function sendFault(
  context: CoServerContext,
  { callId, contextId, cancels }: Pick<CoServerCall, 'callId' | 'contextId' | 'cancels'>,
  status: number,
  notExecuted: boolean,
): void {
  const flags = WHOLE | (notExecuted ? PFC.didNotExecute : 0);
  const header = { minorVersion: 0, flags, drep: context.drep, callId };
  const body = { allocHint: 32, contextId, cancelCount: cancels, status, stub: EMPTY, auth: null };
  sendPdu(context, encodeCo({ type: 'fault', header, ...body }));
}

export function refuseBusy(context: CoServerContext, callId: number, contextId: number): void {
  context.counters.callsRefused += 1;
  refuseCall(context, callId, contextId, ncaCode('nca_s_server_too_busy'));
}
