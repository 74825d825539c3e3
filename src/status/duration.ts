import { invalidOption } from './options.ts';

/** ms, or text such as `500ms`, `5s`, `10m`, `12h`, `30d`. */
export type Duration = number | string;

export const DURATION_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const UNIT_NAMES = { ms: 'milliseconds', s: 'seconds', m: 'minutes', h: 'hours', d: 'days' } as const;
/** 100 years: beyond it a duration is a slip of the keyboard. */
const LONGEST_DURATION = 36_525 * DURATION_UNITS.d;

/** Throws LocalMisuseError with ERR_CLUSRPC_INVALID_OPTION, whose advice says how to write it. */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number' && Number.isFinite(duration) && duration >= 0) return duration;
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)\s*([a-zµ]*)$/i.exec(duration.trim()) : null;
  const refuse = (advice: string) => invalidOption(`not a duration: ${JSON.stringify(duration)}`, advice);
  if (match === null) throw refuse('Write a duration such as 500ms, 5s, 2m, 12h or 30d.');
  const [, digits = '', unit = ''] = match;
  if (unit === '') throw refuse(`Which unit? Write ${digits}ms, ${digits}s or ${digits}m.`);
  if (!isUnit(unit)) throw refuse(unknownUnit(digits, unit));
  const ms = Number(digits) * DURATION_UNITS[unit];
  if (ms > LONGEST_DURATION) throw refuse('That is more than 100 years.');
  return ms;
}

function isUnit(unit: string): unit is keyof typeof DURATION_UNITS {
  return Object.hasOwn(DURATION_UNITS, unit);
}

function unknownUnit(digits: string, unit: string): string {
  const lower = unit.toLowerCase();
  const guess = Object.entries(UNIT_NAMES).find(([short, name]) => short === lower || name.startsWith(lower))?.[0];
  const units = Object.entries(UNIT_NAMES).map(([short, name]) => `${short} (${name})`);
  return `${guess === undefined ? '' : `Did you mean ${digits}${guess}? `}Units are ${units.join(', ')}.`;
}
