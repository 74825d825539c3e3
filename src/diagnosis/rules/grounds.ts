import type { Fact } from '../../evidence/evidence.ts';

/** What a rule has to say for itself: sentences that a person can check, each with where the fact comes from. */
export interface Grounds {
  readonly because: readonly string[];
  /** Facts that cannot all be true, or that will not stay so. */
  readonly contradictions: readonly string[];
}

export function said(fact: Fact<unknown>): string {
  return `(${fact.source})`;
}

/** One fact for each different value, the first to say it. */
export function distinct<T>(
  facts: readonly Fact<T>[],
  key: (value: T) => unknown = (value) => value,
): readonly Fact<T>[] {
  const seen = new Map<unknown, Fact<T>>();
  for (const fact of facts) if (!seen.has(key(fact.value))) seen.set(key(fact.value), fact);
  return [...seen.values()];
}

/** The facts that count: one out of a key that was written by hand never overrules a whole source. */
export function counting<T>(facts: readonly Fact<T>[]): readonly Fact<T>[] {
  const whole = facts.filter((fact) => fact.partial !== true);
  return whole.length > 0 ? whole : facts;
}
