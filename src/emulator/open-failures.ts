import { sameUuid } from '../bytes/uuid.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import { isCallbackFailure } from '../client/stages.ts';
import { CONV } from '../interface/conv/index.ts';
import { decodeHeader } from '../pdu/cl/index.ts';
import type { FailureKind } from '../ports/profiles.ts';
import { FaultError, LocalMisuseError, RejectError, RemoteProtocolError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Gate } from '../transport/endpoint.ts';

/**
 * Ways in which an open of an emulated client machine can be made to fail. Memory runs out in one of four places of it; each does something else to the port.
 * `no-memory-binding`: before RPCSS is asked, so there is no port to lose. `no-memory-socket`, for short `no-memory`: RPCSS has given the port, which leaks
 * without ever having had a socket. `no-memory-call`: the socket is bound and its first request cannot be made; it closes, and the port leaks.
 * `no-memory-handle`: the server has opened and the program cannot keep the handle; no RPC failed, so the cluster is closed, and its port closes as ever.
 * `call`: it opens, and the next call on the handle is turned down.
 */
export const INJECTED_FAILURES = [
  'no-memory',
  'no-memory-binding',
  'no-memory-socket',
  'no-memory-call',
  'no-memory-handle',
  'no-answer',
  'reject',
  'callback',
  'call',
] as const;

/** One of INJECTED_FAILURES. */
export type InjectedFailure = (typeof INJECTED_FAILURES)[number];

/** Which call of a socket the host is made to reject: the first of an open, or the next one. */
export type RejectedCall = 'ApiGetClusterName' | 'request';

export interface FailureRule {
  readonly kind: InjectedFailure;
  /** Only from this open on, counted from 1. */
  readonly nth?: number;
  /** How many opens; default: one with `nth`, else all. */
  readonly times?: number;
}

/** How often opens fail, and how. */
export interface FailureRate {
  /** Probability that an open fails. */
  readonly rate: number;
  /** Default `no-memory`, which is `no-memory-socket` and takes no time. */
  readonly kind?: InjectedFailure;
}

/** Decides which opens fail: by rule, and else by chance. */
export class OpenFailures {
  readonly #random: () => number;
  readonly #rate: Required<FailureRate>;
  #rules: { readonly kind: InjectedFailure; readonly first: number; readonly last: number; seen: number }[] = [];

  /** Throws LocalMisuseError for a rate that is no probability, or an unknown kind. */
  constructor(random: () => number, { rate, kind = 'no-memory' }: FailureRate = { rate: 0 }) {
    if (!(rate >= 0 && rate <= 1)) throw invalidOption(`a failure rate goes from 0 to 1: ${rate}`);
    this.#random = random;
    this.#rate = { rate, kind: checkKind(kind) };
  }

  /** Answers how to take the rule back. */
  add({ kind, nth, times }: FailureRule): () => void {
    for (const number of [nth, times]) {
      if (number !== undefined && !(Number.isInteger(number) && number >= 1))
        throw invalidOption(`not a count: ${number}`);
    }
    const first = nth ?? 1;
    const count = times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
    const rule = { kind: checkKind(kind), first, last: first + count - 1, seen: 0 };
    this.#rules.push(rule);
    return () => {
      this.#rules = this.#rules.filter((each) => each !== rule);
    };
  }

  /** The fate of the next open. */
  next(): InjectedFailure | null {
    let fate: InjectedFailure | null = null;
    for (const rule of this.#rules) {
      rule.seen += 1;
      if (fate === null && rule.seen >= rule.first && rule.seen <= rule.last) fate = rule.kind;
    }
    const { rate, kind } = this.#rate;
    return fate ?? (rate > 0 && this.#random() < rate ? kind : null);
  }
}

/** What a failed open or call is to the port model; null: the server answered with a status of its own, or nobody asked it. */
export function failureKind(error: unknown): FailureKind | null {
  if (error instanceof Win32Error || error instanceof LocalMisuseError) return null;
  if (isCallbackFailure(error)) return 'callback-failed';
  if (error instanceof RejectError) return 'reject';
  if (error instanceof FaultError || error instanceof RemoteProtocolError) return 'fault';
  return 'no-answer';
}

const NO_MEMORY = {
  'no-memory': 'socket',
  'no-memory-binding': 'binding',
  'no-memory-socket': 'socket',
  'no-memory-call': 'call',
  'no-memory-handle': 'handle',
} as const satisfies { readonly [Failure in InjectedFailure]?: string };

/** Where that failure makes the memory of an open run out; null: nowhere. */
export function noMemoryPlace(failure: InjectedFailure | null): 'binding' | 'socket' | 'call' | 'handle' | null {
  return failure !== null && failure in NO_MEMORY ? NO_MEMORY[failure as keyof typeof NO_MEMORY] : null;
}

export function outOfMemory(): Win32Error {
  return new Win32Error(win32Code('ERROR_OUTOFMEMORY'), 'OpenCluster', { advice: 'This failure was injected.' });
}

/** The client, none of whose calls finds memory for its request. */
export function withoutMemory(client: Pick<RpcClient, 'bind'>): Pick<RpcClient, 'bind'> {
  return { bind: (...to) => ({ ...client.bind(...to), call: () => Promise.reject(outOfMemory()) }) };
}

/** How a socket is made to fail: it sends nothing, or never gets a callback. */
export function brokenSocket(failure: InjectedFailure | null): {
  readonly gate?: Gate;
  readonly intercept?: (datagram: Uint8Array) => boolean;
} {
  if (failure === 'no-answer') return { gate: () => {} };
  return failure === 'callback' ? { intercept: isCallbackRequest } : {};
}

function isCallbackRequest(datagram: Uint8Array): boolean {
  try {
    const { type, header } = decodeHeader(datagram);
    return type === 'request' && sameUuid(header.interfaceId, CONV.uuid);
  } catch (error) {
    if (error instanceof RemoteProtocolError) return false;
    throw error;
  }
}

function checkKind(kind: InjectedFailure): InjectedFailure {
  if (INJECTED_FAILURES.includes(kind)) return kind;
  throw invalidOption(`an open cannot fail by ${JSON.stringify(kind)}: it is none of ${INJECTED_FAILURES.join(', ')}`);
}
