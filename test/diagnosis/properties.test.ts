import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagnoseInstallation } from '../../src/diagnosis/installation.ts';
import { type Evidence, mergeEvidence } from '../../src/evidence/evidence.ts';
import { makeEvidence, type State } from './make-evidence.ts';

const RUNS = { numRuns: 3000, seed: 814_622 };
const revision = fc.constantFrom(1, 699, 1620, 6089, 6106, 6661, 6662, 6663, 6717, 7090);
const version = fc.oneof(
  { weight: 4, arbitrary: revision },
  { weight: 1, arbitrary: fc.constantFrom('5.1.2600.2180', '5.2.3790.0', null) },
);
const trio = fc.tuple(
  fc.option(version, { nil: undefined }),
  fc.option(version, { nil: undefined }),
  fc.option(version, { nil: undefined }),
);
const state = fc.record(
  {
    nt: fc.constantFrom('5.0', '5.0', '5.1', '4.0'),
    build: fc.constantFrom(2195, 2600),
    text: fc.constantFrom(null, 'Service Pack 2', 'Service Pack 3', 'Service Pack 4', 'Service Pack 6', 'garbage'),
    number: fc.constantFrom(null, 0x100, 0x300, 0x400, 0x600),
    remote: fc.constantFrom('', 'Service Pack 3', 'Service Pack 4'),
    hotfix: fc.constantFrom(null, '814622', '828741', '873333'),
    files: trio,
    rename: fc.constantFrom('C:\\x\\rpcrt4.dll', 'C:\\y'),
    ports: fc.constantFrom(null, ['5000-5099'], ['nonsense']),
  },
  { requiredKeys: [] },
);

test('more evidence turns affected into unknown only where it contradicts', () => {
  const seen = { affected: 0 };
  fc.assert(
    fc.property(state, state, (first, more) => {
      const before = makeEvidence(first as State);
      if (diagnoseInstallation(before).verdict !== 'affected') return;
      seen.affected += 1;
      const after = mergeEvidence('both', [before, makeEvidence(more as State)]);
      const { verdict, contradictions } = diagnoseInstallation(after);
      if (verdict === 'unknown') expect(contradictions).not.toEqual([]);
    }),
    RUNS,
  );
  expect(seen.affected).toBeGreaterThan(300);
});

test('within 5.0.2195 a file that goes up never makes the verdict worse', () => {
  const rank = { affected: 0, unknown: 1, partly: 1, fixed: 2, 'not-applicable': 2 } as const;
  const judge = (evidence: Evidence): number => rank[diagnoseInstallation(evidence).verdict];
  fc.assert(
    fc.property(
      state,
      fc.tuple(revision, revision, revision),
      fc.nat(2),
      fc.nat(2000),
      (rest, revisions, which, rise) => {
        const raised = revisions.map((each, i) => (i === which ? each + rise : each));
        const before = judge(makeEvidence({ ...(rest as State), files: revisions }));
        expect(judge(makeEvidence({ ...(rest as State), files: raised }))).toBeGreaterThanOrEqual(before);
      },
    ),
    RUNS,
  );
});

test('the order in which facts come changes neither verdict nor exposure', () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      const [first, second] = [makeEvidence(a as State), makeEvidence(b as State)];
      const one = diagnoseInstallation(mergeEvidence('x', [first, second]));
      const other = diagnoseInstallation(mergeEvidence('x', [second, first]));
      expect([one.verdict, one.exposure]).toEqual([other.verdict, other.exposure]);
    }),
    RUNS,
  );
});
