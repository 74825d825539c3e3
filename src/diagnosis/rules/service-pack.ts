import type { Evidence, Fact } from '../../evidence/evidence.ts';
import { FIRST_FIXED_SERVICE_PACK, LAST_SERVICE_PACK } from '../data/service-packs.ts';
import { counting, distinct, type Grounds, said } from './grounds.ts';

export interface ServicePackFinding extends Grounds {
  /** 0: none; null: not known, or the sources disagree on whether it is one with the correction. Else the lowest of what they say. */
  readonly level: number | null;
}

/**
 * "This problem was first corrected in Microsoft Windows 2000 Service Pack 4." Both places are read: the string is what people see,
 * the double word (level << 8) is what set-up programs ask, and what administrators change to get past them.
 */
export function servicePackRule(evidence: Evidence): ServicePackFinding {
  const claims = counting([
    ...evidence.csdText.map((fact) => claim(fact, fact.value === null ? 0 : levelOf(fact.value))),
    ...evidence.csdNumber.map((fact) => claim(fact, fact.value === null ? 0 : Math.floor(fact.value / 256))),
    ...evidence.remoteServicePack.map((fact) => claim(fact, fact.value === '' ? 0 : levelOf(fact.value))),
  ]);
  const possible = claims.filter(({ value }) => value !== null && value <= LAST_SERVICE_PACK) as Fact<number>[];
  const strange = claims.filter((each) => !(possible as readonly Fact<number | null>[]).includes(each));
  const levels = distinct(possible);
  const lowest = [...levels].sort((a, b) => a.value - b.value)[0];
  const contradictions = strange.map((fact) => `a service pack that Windows 2000 never had ${said(fact)}`);
  if (levels.length > 1) {
    contradictions.push(`the service pack is ${levels.map((fact) => `${fact.value} ${said(fact)}`).join(' and ')}`);
  }
  if (lowest === undefined) return { level: null, because: ['the service pack is not known'], contradictions };
  const highest = levels.reduce((most, { value }) => Math.max(most, value), 0);
  if (lowest.value < FIRST_FIXED_SERVICE_PACK && highest >= FIRST_FIXED_SERVICE_PACK)
    return { level: null, because: ['the sources disagree on the service pack'], contradictions };
  const name = lowest.value === 0 ? 'no service pack is installed' : `Service Pack ${lowest.value} is installed`;
  return { level: lowest.value, because: [`${name} ${said(lowest)}`], contradictions };
}

function claim<T>(fact: Fact<T>, value: number | null): Fact<number | null> {
  return { ...fact, value };
}

function levelOf(text: string): number | null {
  const match = /^Service Pack (\d{1,2})\b/i.exec(text.trim());
  return match === null ? null : Number(match[1]);
}
