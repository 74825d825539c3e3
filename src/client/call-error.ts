import type { CallTrace } from '../machine/call.ts';
import type { ClientEvent } from '../machine/cl/client/types.ts';
import { type ClusError, RemoteProtocolError, TransportError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { faultError, rejectError } from '../status/win32-error.ts';

const traces = new WeakMap<object, CallTrace>();

/** What went over the wire for the call that failed with this error; null for errors of other things. */
export function traceOf(error: unknown): CallTrace | null {
  return typeof error === 'object' && error !== null ? (traces.get(error) ?? null) : null;
}

export type FailedEvent = Extract<ClientEvent, { kind: 'fault' | 'reject' | 'no-answer' | 'violation' }>;

export function failure(event: FailedEvent, name = 'the call'): ClusError {
  const error = describe(event, name);
  traces.set(error, event.trace);
  return error;
}

/** The caller's own time ran out. */
export function timedOut(ms: number, trace: CallTrace | null, name = 'the call'): TransportError {
  const error = new TransportError(
    `${name} took longer than ${ms} ms${trace === null ? '' : `: ${heardText(trace)}`}`,
    {
      code: 'ERR_CLUSRPC_TIMEOUT',
      syscall: name,
    },
  );
  if (trace !== null) traces.set(error, trace);
  return error;
}

/** `sent 4 requests and 2 pings, heard working 2 times` */
export function heardText({ requests, pings, heard, callbacks }: CallTrace): string {
  const sent = [count(requests, 'request'), ...(pings > 0 ? [count(pings, 'ping')] : [])].join(' and ');
  const answers = Object.entries(heard).map(([type, times]) => `${type} ${count(times ?? 0, 'time')}`);
  if (callbacks > 0) answers.push(count(callbacks, 'callback'));
  return `sent ${sent}, heard ${answers.length === 0 ? 'nothing' : answers.join(', ')}`;
}

function describe(event: FailedEvent, name: string): ClusError {
  switch (event.kind) {
    case 'fault':
      return faultError(event.status, name);
    case 'reject':
      return rejectError(event.status, name);
    case 'violation':
      return new RemoteProtocolError(`${name}: ${event.reason}`, {
        errno: win32Code('RPC_S_PROTOCOL_ERROR'),
        syscall: name,
      });
    case 'no-answer': {
      // Windows' own choice of number is not published: unavailable before the first word of the server, failed after it.
      const symbol = event.heard ? 'RPC_S_CALL_FAILED' : 'RPC_S_SERVER_UNAVAILABLE';
      return new TransportError(`${name}: the server fell silent; ${heardText(event.trace)}`, {
        code: symbol,
        errno: win32Code(symbol),
        syscall: name,
      });
    }
  }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
