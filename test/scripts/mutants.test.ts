import { expect, test } from 'vitest';
import { type Equivalent, scoreOf } from '../../scripts/mutants/score.ts';

const SOURCE = `export function least(a: number, b: number): number {
  return a < b
    ? a
    : b;
}
`;
const mutant = (
  status: string,
  replacement: string,
  start: readonly [number, number],
  end: readonly [number, number],
) => ({
  status,
  replacement,
  location: { start: { line: start[0], column: start[1] }, end: { line: end[0], column: end[1] } },
});
const report = {
  files: {
    'src/least.ts': {
      source: SOURCE,
      mutants: [
        mutant('Killed', 'a >= b', [2, 10], [2, 15]),
        mutant('Timeout', 'true', [2, 10], [2, 15]),
        mutant('Survived', 'a <= b', [2, 10], [2, 15]),
        mutant('NoCoverage', 'b', [2, 10], [4, 8]),
        mutant('Ignored', '{}', [1, 55], [5, 2]),
        mutant('CompileError', '""', [2, 10], [2, 15]),
      ],
    },
  },
};
const equal: Equivalent = {
  file: 'src/least.ts',
  text: 'a  <\n b',
  becomes: 'a <= b',
  because: 'Equal ones are the same.',
};

test('what no test noticed or reached is missed, and told with its place and text', () => {
  expect(scoreOf(report, [])).toEqual({
    caught: 2,
    argued: 0,
    percent: 50,
    survived: [
      { file: 'src/least.ts', line: 2, text: 'a < b', becomes: 'a <= b' },
      { file: 'src/least.ts', line: 2, text: 'a < b ? a : b', becomes: 'b' },
    ],
  });
});

test('an argued mutant counts neither way, wherever its line has moved and however it is spaced', () => {
  expect(scoreOf(report, [equal])).toMatchObject({ caught: 2, argued: 1, survived: [{ becomes: 'b' }] });
  expect(scoreOf(report, [{ ...equal, becomes: 'a > b' }])).toMatchObject({ argued: 0 });
  expect(scoreOf(report, [{ ...equal, file: 'src/most.ts' }])).toMatchObject({ argued: 0 });
});

test('an argument says nothing about a mutant that is caught', () => {
  expect(scoreOf(report, [{ ...equal, becomes: 'a >= b' }])).toMatchObject({ caught: 2, argued: 0 });
});

test('files without a mutant have all of them caught', () => {
  expect(scoreOf({ files: {} }, []).percent).toBe(100);
});
