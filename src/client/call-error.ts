import { toHex } from '../bytes/hex.ts';
import type { CallTrace, ForeignDatagram } from '../machine/call.ts';
import type { ClientEvent } from '../machine/cl/client/types.ts';
import type { CoClientEvent } from '../machine/co/client/types.ts';
import type { Address } from '../machine/contract.ts';
import { NAK_REASON, REJECT_REASON } from '../pdu/co/index.ts';
import { type ClusError, isClusError, RemoteProtocolError, TransportError } from '../status/errors.ts';
import { type Win32Symbol, win32Code } from '../status/win32.ts';
import { faultError, rejectError } from '../status/win32-error.ts';

const traces = new WeakMap<object, CallTrace>();

/** What went over the wire for the call that failed with this error; null for errors of other things. */
export function traceOf(error: unknown): CallTrace | null {
  return typeof error === 'object' && error !== null ? (traces.get(error) ?? null) : null;
}

export type FailedEvent =
  | Extract<ClientEvent, { kind: 'fault' | 'reject' | 'no-answer' | 'violation' }>
  | Exclude<CoClientEvent, { kind: 'response' | 'sent' | 'abandoned' }>;

export function failure(event: FailedEvent, name = 'the call'): ClusError {
  const error = (event.kind === 'no-answer' && foreignAnswer(event.trace, name)) || describe(event, name);
  traces.set(error, event.trace);
  return error;
}

/** The system refused to send: `code` of the cause says why. */
export function notSent(
  { host, port }: Address,
  cause: NodeJS.ErrnoException,
  trace: CallTrace,
  name = 'the call',
): TransportError {
  const why = SEND_ERRORS[cause.code ?? ''] ?? cause.message;
  const error = new TransportError(`${name}: nothing can be sent to ${host} port ${port}: ${why} (${cause.code})`, {
    cause,
    syscall: 'send',
    advice: 'Nothing went out: look at the routes, the network adapters and the firewall of this machine.',
  });
  traces.set(error, trace);
  return error;
}

/** The error of a connection that could not be made, with the trace of a call that came to nothing. */
export function notConnected<E>(error: E): E {
  if (isClusError(error))
    traces.set(error, { protocol: 'co', reached: 'nothing', requests: 0, heard: {}, answeredFrom: null });
  return error;
}

const SEND_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'this system does not allow it, as for broadcast addresses',
  EADDRNOTAVAIL: 'the local address is gone',
  EHOSTUNREACH: 'no route leads to that host',
  EMSGSIZE: 'the datagram is longer than the path takes',
  ENETDOWN: 'the network is down',
  ENETUNREACH: 'no route leads to that network',
  EPERM: 'a firewall of this machine forbids it',
};

/** What a datagram shows that is no answer in datagram RPC. */
export function notRpc({ length, begins }: ForeignDatagram): string {
  return `what answers there is not datagram RPC: ${length} bytes that begin ${toHex(begins)}`;
}

/** Something answers, but nothing that a call could end with; undefined: it did not. */
function foreignAnswer(trace: CallTrace | null, name: string): ClusError | undefined {
  if (trace?.protocol !== 'cl' || trace.foreign === undefined) return undefined;
  const error = new RemoteProtocolError(`${name}: ${notRpc(trace.foreign)}`, {
    errno: win32Code('RPC_S_PROTOCOL_ERROR'),
    syscall: name,
  });
  traces.set(error, trace);
  return error;
}

/** The caller's own time ran out. */
export function timedOut(ms: number, trace: CallTrace | null, name = 'the call'): ClusError {
  const foreign = foreignAnswer(trace, name);
  if (foreign !== undefined) return foreign;
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
export function heardText(trace: CallTrace): string {
  const { requests, heard } = trace;
  const { pings, callbacks } = trace.protocol === 'cl' ? trace : { pings: 0, callbacks: 0 };
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
    case 'refused':
      return refusalError(event, name);
    case 'unauthenticated':
      return new RemoteProtocolError(`${name}: ${errorText(event.error)}`, {
        code: 'RPC_S_SEC_PKG_ERROR',
        errno: win32Code('RPC_S_SEC_PKG_ERROR'),
        syscall: name,
        cause: event.error,
      });
    case 'no-answer': {
      // Windows' own choice of number is not published: unavailable before the first word of the server, failed after it.
      const symbol = event.heard ? 'RPC_S_CALL_FAILED' : 'RPC_S_SERVER_UNAVAILABLE';
      const how = event.trace.protocol === 'cl' ? 'fell silent' : 'ended the connection or did not answer the bind';
      return new TransportError(`${name}: the server ${how}; ${heardText(event.trace)}`, {
        code: symbol,
        errno: win32Code(symbol),
        syscall: name,
      });
    }
  }
}

/** What Windows returns for a refused bind ([MS-RPCE] 3.3.2.4.1): nothing was executed. */
function refusalError({ what, reason }: FailedEvent & { kind: 'refused' }, name: string): ClusError {
  const symbols = what === 'bind' ? NAK_SYMBOLS : CONTEXT_SYMBOLS;
  return rejectError(win32Code(symbols[reason] ?? 'RPC_S_PROTOCOL_ERROR'), name);
}

const NAK_SYMBOLS: Readonly<Record<number, Win32Symbol>> = {
  [NAK_REASON.temporaryCongestion]: 'RPC_S_SERVER_TOO_BUSY',
  [NAK_REASON.localLimitExceeded]: 'RPC_S_SERVER_TOO_BUSY',
  [NAK_REASON.authenticationTypeNotRecognized]: 'RPC_S_UNKNOWN_AUTHN_SERVICE',
  [NAK_REASON.invalidChecksum]: 'ERROR_ACCESS_DENIED',
};

const CONTEXT_SYMBOLS: Readonly<Record<number, Win32Symbol>> = {
  [REJECT_REASON.abstractSyntaxNotSupported]: 'RPC_S_UNKNOWN_IF',
  [REJECT_REASON.transferSyntaxesNotSupported]: 'RPC_S_UNSUPPORTED_TRANS_SYN',
  [REJECT_REASON.localLimitExceeded]: 'RPC_S_SERVER_TOO_BUSY',
};

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
