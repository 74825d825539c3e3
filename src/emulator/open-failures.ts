import { sameUuid } from '../bytes/uuid.ts';
import { isCallbackFailure } from '../client/stages.ts';
import { CONV } from '../interface/conv/index.ts';
import { decodeHeader } from '../pdu/cl/index.ts';
import type { FailureKind } from '../ports/profiles.ts';
import { FaultError, LocalMisuseError, RejectError, RemoteProtocolError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { Win32Error } from '../status/win32-error.ts';
import type { Gate } from '../transport/endpoint.ts';

/** Ways in which an open of an emulated client machine can be made to fail. */
export const INJECTED_FAILURES = ['no-memory', 'no-answer', 'reject', 'callback'] as const;

/** One of INJECTED_FAILURES. */
export type InjectedFailure = (typeof INJECTED_FAILURES)[number];

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
  /** Default `no-memory`, which takes no time. */
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
