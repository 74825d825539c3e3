import type { FailureKind } from '../ports/profiles.ts';

/** The ways in which `soak` makes an open fail, with what each is to the port model. */
export const SOAK_FAILURES = {
  /** An allocation of the client fails; nothing is sent, and it takes no time. */
  'no-memory': 'no-memory',
  /** The server says nothing until the client gives up. */
  'no-answer': 'no-answer',
  /** The server turns the call down. */
  reject: 'reject',
  /** The server's conversation callback never arrives, and the server gives up. */
  callback: 'callback-failed',
} as const satisfies Record<string, FailureKind>;

/** How an open of a soak fails. */
export type SoakFailureKind = keyof typeof SOAK_FAILURES;

/** How long a failed open holds its port, ms. */
export type FailureDurations = Readonly<Record<SoakFailureKind, number>>;

/**
 * A reject costs one round trip in a local network; silence lasts until a C706 client gives up, a lost callback until the
 * server does, which is half of that here. KB814622 and Windows' documents give no figures.
 */
export const FAILURE_DURATIONS: FailureDurations = {
  'no-memory': 0,
  'no-answer': 30_000,
  reject: 1,
  callback: 15_000,
};
