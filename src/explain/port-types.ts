import type { Quantiles } from '../ports/distributions.ts';

/** The ports from which one host opened clusters: the leak of KB814622 seen from outside. */
export interface HostPorts {
  readonly host: string;
  /** Uses of a port to open a cluster. Where the mapper is asked from a port of its own, that is one too: it takes a port. */
  readonly opens: number;
  readonly closed: number;
  readonly failed: number;
  readonly distinctPorts: number;
  readonly range: { readonly first: number; readonly last: number };
  /** Opens on a port on which an open had failed, or a cluster had been closed. */
  readonly reused: { readonly afterFailure: number; readonly afterClose: number };
  /** Opens on a port never seen before, though a port lay idle after a failure, or after a close and the recycle time. */
  readonly fresh: { readonly pastFailed: number; readonly pastClosed: number };
  /** Ports, of the RPC ports given if any were, whose last open failed and which were not seen again. */
  readonly abandoned: number;
  /** Ports that lay idle after a close for longer than the recycle time when a fresh one was taken last. */
  readonly missing: number;
  /** Client processes, as far as they told their UUIDs in callbacks. */
  readonly processes: number;
  readonly verdict: PortVerdict;
  readonly because: string;
  /** When the last of the RPC ports given was lost; null: no leak, ports are left, or nobody told which they are. */
  readonly usedUpMs: number | null;
  /** null where nothing can be told: the verdict is unclear, the pool used up, or what would be assumed contradicts the capture. */
  readonly forecast: HostForecast | null;
  /** At most a number of points, thinned the same way every time. */
  readonly uses: readonly PortUse[];
  readonly growth: readonly GrowthPoint[];
}

/**
 * `leak`: ports of failed opens come back less often than closed ones, and no chance and no second program explains it.
 * `never-reused`: no port comes back at all, and all lie in the RPC ports given. `none`: ports of failed opens come back, or none
 * failed, or all lie outside the RPC ports given. `unclear`: the rest; `because` ends with what would decide it. `leak-likely` is not
 * given any more.
 */
export const PORT_VERDICTS = ['leak', 'leak-likely', 'never-reused', 'none', 'unclear'] as const;

export type PortVerdict = (typeof PORT_VERDICTS)[number];

/** `open`: no close was seen. `mapped`: the endpoint mapper was asked, and nothing else. */
export const PORT_OUTCOMES = ['closed', 'failed', 'open', 'mapped'] as const;

export type PortOutcome = (typeof PORT_OUTCOMES)[number];

/** One use of a client port, from an open to its end. */
export interface PortUse {
  readonly port: number;
  readonly ms: number;
  /** Of the last packet that counts to this use. */
  readonly endMs: number;
  readonly outcome: PortOutcome;
}

/** Ports that were used up to a time. */
export interface GrowthPoint {
  readonly ms: number;
  readonly opens: number;
  readonly distinctPorts: number;
  readonly abandoned: number;
}

/** What will become of a pool under the load that was seen. */
export interface HostForecast {
  readonly pool: { readonly size: number; readonly basis: 'given' | 'assumed' | 'seen' };
  /** After what time closed ports come back. */
  readonly recycle: { readonly ms: number; readonly basis: 'given' | 'assumed' | 'seen' };
  readonly everyMs: number;
  readonly holdMs: number;
  readonly failureRate: number;
  readonly steadyNeed: number;
  /** From the first open on. */
  readonly firstRefusal: { readonly reason: 'stalled' | 'exhausted'; readonly ms: Quantiles } | null;
  readonly exhaustionMs: Quantiles | null;
  readonly remarks: readonly string[];
}
