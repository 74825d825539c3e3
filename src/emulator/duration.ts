import { invalidOption } from '../status/options.ts';

/** ms, or text such as `500ms`, `5s`, `10m`, `12h`, `30d`. */
export type Duration = number | string;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Throws LocalMisuseError with ERR_CLUSRPC_INVALID_OPTION. */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number' && Number.isFinite(duration) && duration >= 0) return duration;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(String(duration));
  if (typeof duration === 'string' && match !== null) {
    return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  }
  throw invalidOption(
    `not a duration: ${JSON.stringify(duration)}`,
    'Write ms as a number, or 500ms, 5s, 10m, 12h, 30d.',
  );
}
