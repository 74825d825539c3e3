import type { Evidence } from '../../evidence/evidence.ts';
import { WINDOWS_2000 } from '../data/article-files.ts';
import { distinct, type Grounds, said } from './grounds.ts';

export interface SystemFinding extends Grounds {
  /** `other`: every fact speaks of another Windows. */
  readonly kind: 'windows-2000' | 'other' | 'unknown';
  /** `5.0`, as far as known. */
  readonly version: string | null;
  readonly build: number | null;
  readonly edition: string | null;
  readonly datacenter: boolean;
}

/**
 * The article is for "Microsoft Windows 2000 Professional Edition, Microsoft Windows 2000 Server, Microsoft Windows 2000 Advanced
 * Server". One fact that says Windows 2000 is enough; facts that say something else beside it are contradictions. Its betas are 5.0
 * too, so that beside a build the version 5.0 says nothing.
 */
export function systemRule(evidence: Evidence): SystemFinding {
  const { major, minor, build: number } = WINDOWS_2000;
  const ntText = `${major}.${minor}`;
  const votes = [
    ...evidence.ntVersion
      .filter((fact) => fact.value !== ntText || evidence.build.length === 0)
      .map((fact) => ({ yes: fact.value === ntText, text: `the version is ${fact.value} ${said(fact)}` })),
    ...evidence.build.map((fact) => ({ yes: fact.value === number, text: `the build is ${fact.value} ${said(fact)}` })),
    ...evidence.files.flatMap((fact) => {
      const { place, version, name } = fact.value;
      if (place !== 'running' || version === null) return [];
      const yes = version[0] === major && version[1] === minor && version[2] === number;
      return [{ yes, text: `${name} is ${version.join('.')} ${said(fact)}` }];
    }),
  ];
  const yes = votes.find((vote) => vote.yes);
  const no = votes.find((vote) => !vote.yes);
  const kind = yes !== undefined ? 'windows-2000' : no === undefined ? 'unknown' : 'other';
  const contradictions =
    yes !== undefined && no !== undefined ? [`${yes.text}, which is Windows 2000, but ${no.text}, which is not`] : [];
  const edition = editionOf(evidence);
  return {
    kind,
    version: preferred(evidence.ntVersion, ntText),
    build: preferred(evidence.build, number),
    edition: kind === 'other' ? null : edition,
    datacenter: edition === 'Datacenter Server',
    because:
      kind === 'other'
        ? [`${no?.text}: KB814622 speaks of Windows 2000 (5.0.2195) only`]
        : kind === 'unknown'
          ? ['no source says which Windows this is']
          : [`Windows 2000: ${yes?.text}`],
    contradictions,
  };
}

function preferred<T>(facts: readonly { readonly value: T }[], wanted: T): T | null {
  return (facts.find((fact) => fact.value === wanted) ?? facts[0])?.value ?? null;
}

/** ProductSuite tells the editions of Server apart; Professional has the type WinNT. */
function editionOf({ productType, productSuite }: Evidence): string | null {
  const suites = distinct(productSuite, (value) => value.join()).flatMap((fact) =>
    fact.value.map((name) => name.toLowerCase()),
  );
  if (suites.includes('datacenter')) return 'Datacenter Server';
  if (suites.includes('enterprise')) return 'Advanced Server';
  const type = productType[0]?.value.toLowerCase();
  if (type === undefined) return null;
  return type === 'winnt' ? 'Professional' : 'Server';
}
