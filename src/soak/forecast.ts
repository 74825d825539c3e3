import { forecast } from '../ports/forecast.ts';
import { failsBeforePort, failuresLeak, SOAK_FAILURES } from './failures.ts';
import type { SoakForecast, SoakSettings } from './report.ts';
import type { SoakPlan } from './settings.ts';

/** What the formulas say of the same load, if it went on for ever. */
export function soakForecast({ settings, pool }: SoakPlan): SoakForecast {
  // The formulas are those of a program that opens and closes each time, from one port, at an even pace.
  if (settings.clientProfile === null || settings.strategy !== 'naive' || settings.failureKind === 'call')
    return { firstRefusalMs: null, exhaustionMs: null };
  if (isShaped(settings)) return { firstRefusalMs: null, exhaustionMs: null };
  const { recycleAfterMs, reuse, everyMs, holdMs, failureKind, failureMs, onExhaustion } = settings;
  const takesNoPort = failsBeforePort(failureKind);
  // A failed open that ends as a close does is none to the ports.
  const failureRate = SOAK_FAILURES[failureKind] === null && !takesNoPort ? 0 : settings.failureRate;
  const { firstRefusal, exhaustionMs } = forecast(
    {
      pool: pool.size,
      recycleAfter: recycleAfterMs,
      onFailure: failuresLeak(settings) ? 'leak' : 'retain',
      reuse,
      onExhaustion,
    },
    { everyMs, holdMs, failureRate, failedMs: failureMs[failureKind], failedTakesPort: !takesNoPort },
  );
  return { firstRefusalMs: firstRefusal?.ms ?? null, exhaustionMs };
}

/** Whether the load is another than the even one that the formulas know. */
export function isShaped({ arrivals, holds, thinkMs, traced }: SoakSettings): boolean {
  return arrivals !== 'constant' || holds !== 'constant' || thinkMs > 0 || traced !== null;
}
