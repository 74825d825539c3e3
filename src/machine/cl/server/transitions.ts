import type { ClType } from '../../../pdu/cl/index.ts';
import type { ServerCall } from './state.ts';

/*
 * The life of a call at the server ([MS-RPCE] 3.2.3.1.8, C706 10.3), as state × event → next state. What is not in the
 * table is ignored. Only `step` writes states; what a step does beside is said where it is taken.
 */

/**
 * receiving: fragments are missing. held: the request is whole, its client has not said yet who it is. working: with the
 * manager. sending: answered, the client has not confirmed it. over: forgotten.
 */
export type CallState = 'receiving' | 'held' | 'working' | 'sending' | 'over';

/** A PDU of the client, or what it amounts to: */
export type CallEvent =
  | ClType
  /** the request is whole, but of an unknown client; or the manager may have it; */
  | 'whole'
  | 'dispatched'
  /** the outcome is there: the manager's, the end by cancel, or the refusal of a client that does not say who it is; */
  | 'answered'
  /** the client has the answer, has gone on, is gone, or there is no room. */
  | 'removed';

const CALL: Readonly<Record<CallState, Partial<Record<CallEvent, CallState>>>> = {
  receiving: {
    request: 'receiving',
    ping: 'receiving',
    cl_cancel: 'receiving',
    whole: 'held',
    dispatched: 'working',
    answered: 'sending',
    removed: 'over',
  },
  held: {
    request: 'held',
    ping: 'held',
    cl_cancel: 'held',
    dispatched: 'working',
    answered: 'sending',
    removed: 'over',
  },
  working: { request: 'working', ping: 'working', cl_cancel: 'working', answered: 'sending', removed: 'over' },
  sending: { request: 'sending', ping: 'sending', fack: 'sending', ack: 'over', cl_cancel: 'sending', removed: 'over' },
  over: {},
};

/** Whether the event means anything to the call. */
export function concerns(call: ServerCall, event: CallEvent): boolean {
  return CALL[call.state][event] !== undefined;
}

export function step(call: ServerCall, event: CallEvent): void {
  call.state = CALL[call.state][event] ?? call.state;
}
