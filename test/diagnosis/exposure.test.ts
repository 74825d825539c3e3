import { expect, test } from 'vitest';
import { exposureRule } from '../../src/diagnosis/rules/exposure.ts';
import { mergeEvidence } from '../../src/evidence/evidence.ts';
import { makeEvidence, type State } from './make-evidence.ts';

const LIMITED: State = { ports: ['5000-5099'] };
const INVALID: State = { ports: ['nonsense'] };
const FREE: State = { ports: null };

const exposureOf = (...states: readonly State[]) => exposureRule(mergeEvidence('all', states.map(makeEvidence)), 5);

test.each([
  ['a list of ports counts before none', [FREE, LIMITED], 'limited-ports', /limited to 100 ports/],
  ['a list counts before one that is invalid', [INVALID, LIMITED], 'limited-ports', /limited to 100 ports/],
  ['an invalid list counts before none', [FREE, INVALID], 'unknown', /list of RPC ports is invalid/],
  ['a list counts before both', [FREE, INVALID, LIMITED], 'limited-ports', /limited to 100 ports/],
] as const)('of sources that disagree %s, and the other is told', (_, states, exposure, because) => {
  for (const order of [states, states.toReversed()]) {
    const found = exposureOf(...order);
    expect(found.exposure).toBe(exposure);
    expect(found.because.join()).toMatch(because);
    expect(found.contradictions).toHaveLength(1);
    expect(found.contradictions[0]).toMatch(because);
  }
});

test('sources that agree contradict nothing, whatever their ports', () => {
  expect(exposureOf(LIMITED, { ports: ['6000-6019'] })).toMatchObject({
    exposure: 'limited-ports',
    contradictions: [],
  });
});

test('where no source shows it, it is not known, and no configuration is named', () => {
  expect(exposureOf({})).toEqual({
    exposure: 'unknown',
    ports: null,
    because: ['no source shows whether RPC is limited to certain ports'],
    contradictions: [],
  });
});

test('without a network card for RPC nothing leaks, whatever the ports', () => {
  const found = exposureOf({ ...LIMITED, bind: [' ', ''] });
  expect(found).toMatchObject({ exposure: 'unknown', because: [expect.stringMatching(/Bind names no network card/)] });
  expect(found.ports?.pool.size).toBe(100);
  expect(exposureOf({ ...LIMITED, bind: ['', '{1}'] }).exposure).toBe('limited-ports');
});
