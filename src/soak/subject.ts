import type { PortSnapshot } from '../ports/lease.ts';
import type { PortShortage } from '../ports/runtime.ts';
import type { Clock } from '../transport/clock.ts';

/** What a workload opens and closes in real time, or on a simulated network. */
export interface SoakSubject {
  readonly clock: Clock;
  /** Begins an open. When `fails`, it is made to fail. `onPort` is called when it has its port, unless it is refused. */
  open(fails: boolean, onPort: () => void): Attempt;
  /** How often open handles were opened anew, each time from another port. */
  reconnects?(): number;
  /** The ports as they are now. */
  snapshot(): PortSnapshot;
  /** Ends what is under way, closes what is open, and gives everything back. */
  end(): Promise<void>;
}

export interface Attempt {
  /** Never rejects. */
  readonly outcome: Promise<AttemptOutcome>;
  /** Why the open has no port yet; null: it has one, or was refused. */
  waiting(): PortShortage['reason'] | null;
}

export type AttemptOutcome =
  /** `close` never rejects, and may be called after the end. */
  | { readonly kind: 'opened'; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'refused'; readonly reason: PortShortage['reason'] };
