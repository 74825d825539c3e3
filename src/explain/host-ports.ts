import { forecast } from '../ports/forecast.ts';
import type { HostPortsWatch, WatchedUse } from './host-ports-watch.ts';
import type { ExplainSettings } from './limits.ts';
import type { HostForecast, HostPorts, PortOutcome, PortUse, PortVerdict } from './types.ts';

export interface HostPortsOptions {
  readonly settings: ExplainSettings;
  /** Ports in the pool of these hosts, where somebody knows. */
  readonly pool: number | undefined;
  /** What times count from, ms since 1970. */
  readonly baseMs: number;
}

/** What the ports of a host tell, in words and numbers. */
export function hostPorts(watch: HostPortsWatch, options: HostPortsOptions): HostPorts {
  const { counts } = watch;
  const { verdict, because } = judge(watch, options.settings);
  return {
    host: watch.host,
    opens: counts.opens,
    closed: counts.closed,
    failed: counts.failed,
    distinctPorts: watch.distinctPorts,
    range: { first: watch.lowest, last: watch.highest },
    reused: { afterFailure: counts.reusedAfterFailure, afterClose: counts.reusedAfterClose },
    fresh: { pastFailed: counts.freshPastFailed, pastClosed: counts.freshPastClosed },
    abandoned: watch.abandoned,
    missing: watch.missing,
    processes: watch.processes.size,
    verdict,
    because,
    forecast: forecastOf(watch, verdict, options),
    uses: watch.uses.list().map((use) => useView(use, options.baseMs)),
    growth: watch.growth.list().map((point) => ({ ...point, ms: point.ms - options.baseMs })),
  };
}

interface Judgement {
  readonly verdict: PortVerdict;
  readonly because: string;
}

/** Fewer ports than these may have been passed over by chance, or by a second process, which has ports of its own. */
const FEW = 3;

/**
 * The broker takes a port that lies idle before a fresh one (KB814622), so a fresh port though others lie idle says that
 * those are lost to the process.
 */
function judge(watch: HostPortsWatch, { recycleAfterMs }: ExplainSettings): Judgement {
  const { counts, abandoned, distinctPorts } = watch;
  const { opens, failed, reusedAfterFailure, reusedAfterClose, freshPastFailed, freshPastOldFailed } = counts;
  const lost = `${abandoned} ports on which an open failed were never used again, while ${freshPastFailed} opens took fresh ones`;
  if (failed > 0 && reusedAfterFailure > 0 && reusedAfterFailure + FEW > abandoned) {
    return { verdict: 'none', because: `${reusedAfterFailure} opens took a port on which an open had failed before` };
  }
  if (abandoned >= FEW && freshPastFailed >= FEW) {
    if (reusedAfterClose > 0) {
      return { verdict: 'leak', because: `${lost}, though ${reusedAfterClose} opens took a port that had been closed` };
    }
    if (counts.freshPastClosed >= FEW) return neverReused(counts.freshPastClosed, recycleAfterMs);
    const old = freshPastOldFailed > 0 ? `, ${freshPastOldFailed} of them later than the recycle time` : '';
    return { verdict: 'leak-likely', because: `${lost}${old}; no closed port has come back either, for lack of time` };
  }
  if (counts.freshPastClosed >= FEW) {
    return reusedAfterClose === 0
      ? neverReused(counts.freshPastClosed, recycleAfterMs)
      : vanishing(watch, recycleAfterMs);
  }
  if (failed === 0 && opens > distinctPorts) return { verdict: 'none', because: 'ports come back, and no open failed' };
  if (failed === 0) return { verdict: 'unclear', because: 'no open failed, and no port has come back yet' };
  return { verdict: 'unclear', because: `${failed} failed opens are too few to tell` };
}

/** Opens that fail for want of memory send nothing, and take a port with them; a second process has ports of its own. */
function vanishing({ counts, missing, processes }: HostPortsWatch, recycleAfterMs: number): Judgement {
  const fact =
    `${counts.freshPastClosed} opens took a fresh port though others, ${missing} at last, had been closed for more than ` +
    `${recycleAfterMs / 1000} s; ${counts.reusedAfterClose} opens did take a closed one`;
  if (processes.size > 1) {
    return { verdict: 'unclear', because: `${fact}: they may belong to one of ${processes.size} processes` };
  }
  return {
    verdict: 'leak-likely',
    because: `${fact}: opens that fail without a packet, as for want of memory, lose ports`,
  };
}

function neverReused(fresh: number, recycleAfterMs: number): Judgement {
  return {
    verdict: 'never-reused',
    because:
      `${fresh} opens took a fresh port though others had been closed for more than ${recycleAfterMs / 1000} s: ` +
      'ordinary ephemeral ports, or KB814622 to the letter',
  };
}

/** The load as it was seen, on the machine as it was judged. Null where no rate can be told. */
function forecastOf(
  watch: HostPortsWatch,
  verdict: PortVerdict,
  { settings, pool }: HostPortsOptions,
): HostForecast | null {
  const { counts, firstMs, lastMs, lowest, highest } = watch;
  const leaks = verdict === 'leak' || verdict === 'leak-likely';
  const span = highest - lowest + 1;
  // Opens that failed without a packet: the ports that vanished, and those between the others that were never seen.
  const unseen = leaks && counts.failed === 0 ? watch.missing + span - watch.distinctPorts : 0;
  const opens = counts.opens + unseen;
  const everyMs = (lastMs - firstMs) / (opens - 1);
  if (!(everyMs > 0 && Number.isFinite(everyMs))) return null;
  const size = poolOf(pool, span, settings.assumedPool);
  const holdMs = counts.closed === 0 ? 0 : Math.max(0, counts.heldMs / counts.closed);
  const failureRate = (counts.failed + unseen) / opens;
  const machine = {
    pool: size.size,
    recycleAfter: settings.recycleAfterMs,
    onFailure: leaks ? 'leak' : 'retain',
    reuse: verdict === 'never-reused' ? 'never' : 'by-process',
  } as const;
  const { steadyNeed, firstRefusal, exhaustionMs, remarks } = forecast(machine, { everyMs, holdMs, failureRate });
  return {
    pool: size,
    everyMs,
    holdMs,
    failureRate,
    steadyNeed,
    firstRefusal: firstRefusal === null ? null : { reason: firstRefusal.reason, ms: firstRefusal.ms },
    exhaustionMs,
    remarks,
  };
}

/** Never fewer than the ports that were seen lie apart, but for a pool that somebody gave. */
function poolOf(given: number | undefined, span: number, assumed: number): HostForecast['pool'] {
  if (given !== undefined) return { size: given, basis: 'given' };
  return span > assumed ? { size: span, basis: 'seen' } : { size: assumed, basis: 'assumed' };
}

const OUTCOMES: Readonly<Record<WatchedUse['state'], PortOutcome>> = {
  mapping: 'open',
  mapped: 'mapped',
  opening: 'open',
  open: 'open',
  closed: 'closed',
  failed: 'failed',
};

function useView({ port, startMs, endMs, state }: WatchedUse, baseMs: number): PortUse {
  return { port, ms: startMs - baseMs, endMs: endMs - baseMs, outcome: OUTCOMES[state] };
}
