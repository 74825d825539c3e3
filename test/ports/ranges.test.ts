import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configuredPool, nextPoolPort } from '../../src/ports/pool.ts';
import { countPorts, formatPortRanges, mergeRanges, parsePortRanges, withoutRanges } from '../../src/ports/ranges.ts';
import { LocalMisuseError } from '../../src/status/errors.ts';

test('a list of ports and ranges is sorted and merged', () => {
  expect(parsePortRanges(' 5050 , 5000 - 5019,5020')).toEqual([
    { first: 5000, last: 5020 },
    { first: 5050, last: 5050 },
  ]);
});

test.each(['', ',', '5000,', 'a', '0', '0-5', '65536', '5019-5000', '-', '5000-', '1e3', '5000--5001'])(
  '%j is refused',
  (text) => {
    expect(() => parsePortRanges(text)).toThrow(LocalMisuseError);
    expect(() => parsePortRanges(text)).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_INVALID_OPTION' }));
  },
);

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }))
  .map(([first, more]) => ({ first, last: first + more }));
const ranges = fc.array(range, { maxLength: 8 });

test('ranges behave as the sets of their ports do', () => {
  fc.assert(
    fc.property(ranges, ranges, (a, b) => {
      const from = mergeRanges(a);
      const left = withoutRanges(from, mergeRanges(b));
      const taken = portsOf(b);
      expect(countPorts(from)).toBe(portsOf(a).size);
      expect([...portsOf(left)]).toEqual([...portsOf(from)].filter((port) => !taken.has(port)));
      if (from.length > 0) expect(parsePortRanges(formatPortRanges(from))).toEqual(from);
      const pool = configuredPool(a);
      for (let port = 0; port < 75; port++) {
        expect(nextPoolPort(pool, port)).toBe([...portsOf(from)].find((candidate) => candidate >= port) ?? -1);
      }
    }),
  );
});

function portsOf(list: readonly { first: number; last: number }[]): Set<number> {
  const ports = new Set<number>();
  for (const { first, last } of list) for (let port = first; port <= last; port++) ports.add(port);
  return ports;
}
