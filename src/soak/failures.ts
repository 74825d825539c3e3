import type { PortLease } from '../ports/lease.ts';
import type { FailureKind } from '../ports/profiles.ts';
import type { DatagramRuntime } from '../ports/runtime.ts';
import type { SoakSettings } from './report.ts';

/** The ways in which `soak` makes an open fail, with what each is to the port model; null: no port is lost by it. */
export const SOAK_FAILURES = {
  /** As `no-memory-socket`. Where memory runs out, it takes no time. */
  'no-memory': 'no-memory',
  /** No memory for the binding: RPCSS has not been asked, and no port was taken. */
  'no-memory-binding': null,
  /** For the socket, once RPCSS has given its port. */
  'no-memory-socket': 'no-memory',
  /** For the first request: the socket is bound, and nothing is sent. */
  'no-memory-call': 'no-memory',
  /** For the handle of the cluster that the server has opened: it is closed again, and its port with it. */
  'no-memory-handle': null,
  /** The server says nothing until the client gives up. */
  'no-answer': 'no-answer',
  /** The server turns the call down. */
  reject: 'reject',
  /** The server's conversation callback never arrives, and the server gives up. */
  callback: 'callback-failed',
  /** The open succeeds and a later call is turned down, upon which the program reconnects: from one more port at each attempt. */
  call: 'call-failed-later',
} as const satisfies Record<string, FailureKind | null>;

/** How a cycle of a soak fails. */
export type SoakFailureKind = keyof typeof SOAK_FAILURES;

/** How long a failed open, or the failed call, holds its port, ms. */
export type FailureDurations = Readonly<Record<SoakFailureKind, number>>;

/**
 * A reject costs one round trip in a local network; silence lasts until a C706 client gives up, a lost callback until the
 * server does, which is half of that here. KB814622 and Windows' documents give no figures.
 */
export const FAILURE_DURATIONS: FailureDurations = {
  'no-memory': 0,
  'no-memory-binding': 0,
  'no-memory-socket': 0,
  'no-memory-call': 0,
  'no-memory-handle': 0,
  'no-answer': 30_000,
  reject: 1,
  callback: 15_000,
  call: 1,
};

/** Whether such an open ends before it has asked for a port. */
export function failsBeforePort(kind: SoakFailureKind): boolean {
  return kind === 'no-memory-binding';
}

/** Whether failed opens cost ports for good. */
export function failuresLeak({
  onFailure,
  leakOn,
  failureKind,
}: Pick<SoakSettings, 'onFailure' | 'leakOn' | 'failureKind'>): boolean {
  const kind = SOAK_FAILURES[failureKind];
  return onFailure === 'leak' && kind !== null && leakOn.includes(kind);
}

/** The end of an open that fails, on the port model. */
export function failOpen(runtime: DatagramRuntime, lease: PortLease, kind: SoakFailureKind, now: number): void {
  const failure = SOAK_FAILURES[kind];
  if (failure === null) runtime.close(lease, now);
  else runtime.fail(lease, failure, now);
}
