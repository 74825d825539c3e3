import { forecast } from '../ports/forecast.ts';
import { failsBeforePort, failuresLeak, SOAK_FAILURES } from './failures.ts';
import type { SoakForecast, SoakSettings } from './report.ts';
import type { SoakPlan } from './settings.ts';

/** What the formulas say of the same load, if it went on for ever; nothing of a load that they do not know. */
export function soakForecast({ settings, pool }: SoakPlan): SoakForecast {
  if (!hasFormula(settings)) return { firstRefusalMs: null, exhaustionMs: null };
  const { recycleAfterMs, reuse, everyMs, holdMs, failureKind, failureMs, onExhaustion, programs } = settings;
  const isGated = settings.strategy === 'gated';
  // A gate cannot know that an open has failed before it took a port.
  const failedTakesPort = isGated || !failsBeforePort(failureKind);
  // A failed open that ends as a close does is none to the ports.
  const isClose = SOAK_FAILURES[failureKind] === null && !failsBeforePort(failureKind);
  const { firstRefusal, exhaustionMs } = forecast(
    {
      pool: pool.size,
      recycleAfter: recycleAfterMs,
      onFailure: failuresLeak(settings) ? 'leak' : 'retain',
      reuse,
      // At the gate opens wait, as those of a program that hangs do.
      onExhaustion: isGated ? 'hang' : onExhaustion,
    },
    {
      // Several programs load their machine like one that opens so many times as often.
      everyMs: everyMs / programs,
      holdMs,
      failureRate: isClose ? 0 : settings.failureRate,
      failedMs: failureMs[failureKind],
      failedTakesPort,
    },
  );
  // The gate refuses nobody while a port can come back.
  return { firstRefusalMs: isGated ? exhaustionMs : (firstRefusal?.ms ?? null), exhaustionMs };
}

/** Whether the port model knows what a failure does: a handle that goes to another node takes a port each time. */
export function isModelled({ failureKind }: SoakSettings): boolean {
  return failureKind !== 'call';
}

/** Whether a formula knows the load: that of a program that opens and closes each time, at an even pace. */
export function hasFormula(settings: SoakSettings): boolean {
  const {
    clientProfile,
    strategy,
    reuse,
    arrivals,
    holds,
    thinkMs,
    traced,
    concurrency,
    holdMs,
    failureMs,
    failureKind,
  } = settings;
  if (clientProfile === null || !isModelled(settings)) return false;
  if (strategy !== 'naive' && strategy !== 'gated') return false;
  const isEven = arrivals === 'constant' && holds === 'constant' && thinkMs === 0 && traced === null;
  const neverWaits = concurrency === null || holdMs + failureMs[failureKind] === 0;
  // A gate learns that a port is lost when its open has ended, which here decides when the last one is.
  const learnsLate = strategy === 'gated' && reuse === 'never' && failureMs[failureKind] > 0;
  return isEven && neverWaits && !learnsLate;
}
