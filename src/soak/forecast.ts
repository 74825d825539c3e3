import { forecast } from '../ports/forecast.ts';
import { SOAK_FAILURES } from './failures.ts';
import type { SoakForecast } from './report.ts';
import type { SoakPlan } from './settings.ts';

/** What the formulas say of the same load, if it went on for ever. */
export function soakForecast({ settings, pool }: SoakPlan): SoakForecast {
  // The formulas are those of a program that opens and closes each time.
  if (settings.clientProfile === null || settings.strategy !== 'naive')
    return { firstRefusalMs: null, exhaustionMs: null };
  const { recycleAfterMs, reuse, everyMs, holdMs, failureRate, failureKind, failureMs, onExhaustion } = settings;
  const leaks = settings.onFailure === 'leak' && settings.leakOn.includes(SOAK_FAILURES[failureKind]);
  const { firstRefusal, exhaustionMs } = forecast(
    { pool: pool.size, recycleAfter: recycleAfterMs, onFailure: leaks ? 'leak' : 'retain', reuse, onExhaustion },
    { everyMs, holdMs, failureRate, failedMs: failureMs[failureKind] },
  );
  return { firstRefusalMs: firstRefusal?.ms ?? null, exhaustionMs };
}
