import { expect, test } from 'vitest';
import { diagnoseInstallation } from '../../src/diagnosis/installation.ts';
import { VERDICTS } from '../../src/diagnosis/rules/verdict.ts';
import { makeEvidence } from './make-evidence.ts';
import { HUNDRED, SP3 } from './state-parts.ts';
import { STATES } from './states.ts';

test.each(STATES.map((row) => ({ row, name: row[0] })))('$name', ({ row }) => {
  const [, state, verdict, exposure, reason, advice] = row;
  const diagnosis = diagnoseInstallation(makeEvidence(state));
  expect({ verdict: diagnosis.verdict, exposure: diagnosis.exposure }).toEqual({ verdict, exposure });
  const contradiction = reason.source.startsWith('!');
  const lines = contradiction ? diagnosis.contradictions : diagnosis.because;
  expect(lines.join('\n')).toMatch(contradiction ? new RegExp(reason.source.slice(1)) : reason);
  if (advice !== undefined) expect(diagnosis.advice.join('\n')).toMatch(advice);
});

test('there are 48 states and more, and every verdict and exposure is among them', () => {
  expect(STATES.length).toBeGreaterThanOrEqual(48);
  expect(new Set(STATES.map(([, , verdict]) => verdict))).toEqual(new Set(VERDICTS));
  expect(new Set(STATES.map(([, , , exposure]) => exposure)).size).toBe(3);
});

test('the advice keeps the order of the article', () => {
  const { advice } = diagnoseInstallation(makeEvidence({ ...SP3, suite: ['DataCenter'], ...HUNDRED }));
  const order = [
    /KB260910/,
    /hotfix of KB814622/,
    /KB265173/,
    /100 ports carry one open .* 2.4 s/,
    /KB154596 is meant/,
    /no fix changes/,
  ];
  expect(order.map((line) => advice.findIndex((each) => line.test(each)))).toEqual([0, 1, 2, 3, 4, 5]);
});
