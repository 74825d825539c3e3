import type { Quantiles } from '../../ports/distributions.ts';

const STEPS = [
  { unit: 'ms', ms: 1, below: 1000 },
  { unit: 's', ms: 1000, below: 120_000 },
  { unit: 'min', ms: 60_000, below: 7_200_000 },
  { unit: 'h', ms: 3_600_000, below: 172_800_000 },
  { unit: 'days', ms: 86_400_000, below: 63_072_000_000 },
  { unit: 'years', ms: 31_557_600_000, below: Number.POSITIVE_INFINITY },
] as const;

/** A time for people, three digits of it: `240 ms`, `12.5 s`, `17.3 min`. */
export function durationText(ms: number): string {
  const { unit, ms: size } = STEPS.find(({ below }) => ms < below) ?? STEPS[5];
  return `${numberText(ms / size)} ${unit}`;
}

/** Three digits and no more: `0.0833`, `12.5`; whole numbers whole, with a space between thousands. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) {
    return Math.round(value)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, ' ');
  }
  return Number(value.toPrecision(3)).toString();
}

/** `1 port`, `20 ports` */
export function countText(count: number, singular: string, plural = `${singular}s`): string {
  return `${numberText(count)} ${count === 1 ? singular : plural}`;
}

/** The median, and where nine of ten fall: `17 min (14 min to 23 min)`. */
export function quantilesText({ p05, p50, p95 }: Quantiles, text: (value: number) => string): string {
  const middle = text(p50);
  return p05 === p95 ? middle : `${middle} (${text(p05)} to ${text(p95)})`;
}

/** `20 %`, `0.02 %` */
export function percentText(share: number): string {
  return `${numberText(share * 100)} %`;
}
