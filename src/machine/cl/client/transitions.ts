import type { ClType } from '../../../pdu/cl/index.ts';
import type { Activity, Call } from './state.ts';

/*
 * The two machines of a client ([MS-RPCE] 3.2.2.1.10, C706 10.2), as state × event → next state. What is not in the tables
 * is ignored: a PDU that its state does not know counts as a stray. Only `stepCall` and `stepActivity` write states; what
 * a step does beside is said where it is taken.
 */

/**
 * sending: the server has not said that it has the whole request. dispatched: it works, pings ask after it. receiving: a
 * part of the response is there, facks ask for the rest. over: its caller knows how it ended.
 */
export type CallState = 'sending' | 'dispatched' | 'receiving' | 'over';

/** A PDU of the server, or what it amounts to: */
export type CallEvent =
  | ClType
  /** one more fragment of the response, which does not complete it; */
  | 'part'
  /** the server has the whole request; */
  | 'arrived'
  /** it confirms the cancel; */
  | 'cancelled'
  /** all of a maybe call is on its way; */
  | 'sent'
  /** nobody waits any more, on this side. */
  | 'given-up';

const CALL: Readonly<Record<CallState, Partial<Record<CallEvent, CallState>>>> = {
  sending: {
    response: 'over',
    part: 'receiving',
    fault: 'over',
    reject: 'over',
    working: 'dispatched',
    fack: 'sending',
    arrived: 'dispatched',
    nocall: 'sending',
    cancel_ack: 'sending',
    cancelled: 'over',
    ack: 'over',
    cl_cancel: 'over',
    sent: 'over',
    'given-up': 'over',
  },
  dispatched: {
    response: 'over',
    part: 'receiving',
    fault: 'over',
    reject: 'over',
    working: 'dispatched',
    arrived: 'dispatched',
    nocall: 'sending',
    cancel_ack: 'dispatched',
    cancelled: 'over',
    ack: 'over',
    cl_cancel: 'over',
    'given-up': 'over',
  },
  receiving: {
    response: 'over',
    part: 'receiving',
    fault: 'over',
    reject: 'over',
    cancel_ack: 'receiving',
    cancelled: 'over',
    ack: 'over',
    cl_cancel: 'over',
    'given-up': 'over',
  },
  over: {},
};

/**
 * idle: no call. calling: calls are in progress. ack-pending: the last response is not acknowledged yet. quitting: the
 * server is told that a call was given up. gone: forgotten.
 */
export type ActivityState = 'idle' | 'calling' | 'ack-pending' | 'quitting' | 'gone';

/** A late PDU for the last call, or: */
export type ActivityEvent =
  | ClType
  /** a call starts; the last one ended, its answer to be acknowledged or not; */
  | 'call'
  | 'answered'
  | 'ended'
  /** the last one was given up, and the server is told; */
  | 'given-up'
  /** the ack went out; */
  | 'acknowledged'
  /** nothing more is to be done. */
  | 'forgotten';

const ACTIVITY: Readonly<Record<ActivityState, Partial<Record<ActivityEvent, ActivityState>>>> = {
  idle: { call: 'calling', response: 'idle', fault: 'idle', reject: 'idle', acknowledged: 'idle', forgotten: 'gone' },
  calling: { call: 'calling', answered: 'ack-pending', ended: 'idle', 'given-up': 'quitting', forgotten: 'gone' },
  'ack-pending': {
    call: 'calling',
    response: 'idle',
    fault: 'idle',
    reject: 'idle',
    acknowledged: 'idle',
    forgotten: 'gone',
  },
  quitting: { response: 'gone', fault: 'gone', reject: 'gone', cancel_ack: 'gone', forgotten: 'gone' },
  gone: {},
};

/** Whether the event means anything to the call. */
export function concerns(call: Call, event: CallEvent): boolean {
  return CALL[call.state][event] !== undefined;
}

export function stepCall(call: Call, event: CallEvent): void {
  call.state = CALL[call.state][event] ?? call.state;
}

export function concernsActivity(activity: Activity, event: ActivityEvent): boolean {
  return ACTIVITY[activity.state][event] !== undefined;
}

export function stepActivity(activity: Activity, event: ActivityEvent): void {
  activity.state = ACTIVITY[activity.state][event] ?? activity.state;
}
