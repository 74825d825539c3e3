import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import {
  type PortConfiguration,
  portConfiguration,
  RPC_INTERNET_KEY,
  readPortConfiguration,
  usesListedPorts,
  writePortsReg,
} from '../../src/ports/configuration.ts';
import type { PortRange } from '../../src/ports/ranges.ts';
import { ports } from '../../src/ports/report.ts';
import { parseReg } from '../../src/reg/parse.ts';
import {
  dwordValue,
  multiStringValue,
  type RegistryKey,
  type RegistryValue,
  stringValue,
} from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';
import { portsText } from '../../src/report/ports-text.ts';

const WINDOWS_2000 = { majorVersion: 5 };

test('the ports of the demo are twenty, from the export that Wine wrote', () => {
  expect(fixture('fixtures/rpc-internet-5000-5019.reg')).toEqual({
    valid: true,
    problems: [],
    remarks: [expect.stringMatching(/^5000 of the list lies among the ephemeral ports \(up to 5000\).*KB154596/)],
    policy: { ports: ['5000-5019'], portsInternetAvailable: 'Y', useInternetPorts: 'Y' },
    pool: { size: 20, ranges: [{ first: 5000, last: 5019 }], kind: 'configured' },
  });
});

test('an export for a range is the one that Wine writes for the same values', () => {
  const expected = readFileSync('fixtures/rpc-internet-5000-5019.reg');
  expect(Buffer.from(writePortsReg([{ first: 5000, last: 5019 }])).equals(expected)).toBe(true);
});

test('several entries, blanks in them and small letters are read', () => {
  const { valid, policy, pool } = fixture('test/fixtures/reg/several-ranges-nn.reg');
  expect(valid).toBe(true);
  expect(policy?.portsInternetAvailable).toBe('N');
  expect(pool.ranges).toEqual([
    { first: 135, last: 135 },
    { first: 5000, last: 5099 },
    { first: 5200, last: 5200 },
    { first: 6000, last: 6010 },
  ]);
});

test.each([
  ['ports-as-sz', [['wrong-type', 'Ports']]],
  ['no-ports-internet-available', [['value-missing', 'PortsInternetAvailable']]],
  [
    'malformed',
    [
      ['entry-backwards', 'Ports'],
      ['entry-not-a-number', 'Ports'],
      ['entry-out-of-range', 'Ports'],
      ['entry-half-range', 'Ports'],
      ['not-y-or-n', 'PortsInternetAvailable'],
      ['wrong-type', 'UseInternetPorts'],
    ],
  ],
])('%s.reg is an invalid configuration without a port', (name, problems) => {
  const configuration = fixture(`test/fixtures/reg/${name}.reg`);
  expect(configuration.problems.map(({ code, value }) => [code, value])).toEqual(problems);
  expect(configuration.valid).toBe(false);
  expect(configuration.pool.size).toBe(0);
});

test.each([
  ['5000-', 'entry-half-range'],
  ['-5000', 'entry-half-range'],
  ['5000,5001', 'entry-several'],
  ['5000 5001', 'entry-several'],
  ['0x1388', 'entry-not-a-number'],
  ['5000-5001-5002', 'entry-not-a-number'],
  ['65536', 'entry-out-of-range'],
  ['5000\u00a0-\u00a05100', 'entry-not-a-number'],
  ['\u00a05000', 'entry-not-a-number'],
  ['1-99999999999999999999999', 'entry-out-of-range'],
  ['5001-5000', 'entry-backwards'],
  [`1${' '.repeat(100_000)}2`, 'entry-not-a-number'],
])('the entry %j makes the whole configuration invalid and is named', (entry, code) => {
  const { valid, problems } = configured(multiStringValue('Ports', ['5000', entry]));
  expect(valid).toBe(false);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code, value: 'Ports', found: expect.stringContaining(entry.slice(0, 3)) });
});

test.each<[string, RegistryValue, string]>([
  ['an empty list', multiStringValue('Ports', []), 'list-empty'],
  ['an empty string between others', multiStringValue('Ports', ['1', '', '2']), 'entry-empty'],
  ['a number instead of a list', dwordValue('Ports', 5000), 'wrong-type'],
  ['8-bit text', { name: 'Ports', type: 7, data: new TextEncoder().encode('5000-5019') }, 'not-text'],
])('%s as Ports is invalid', (_, ports, code) => {
  expect(configured(ports).problems.map((found) => found.code)).toEqual([code]);
});

test('port 0 alone is no list of ports', () => {
  const { valid, problems } = configured(multiStringValue('Ports', ['0']));
  expect(valid).toBe(false);
  expect(problems.map(({ code }) => code)).toEqual(['port-zero-only']);
});

test('what no source speaks of is not said to be what Windows does', () => {
  const text = (entry: string): string =>
    portsText(ports({ reg: writeReg([keyOf(multiStringValue('Ports', [entry]))]) }));
  expect(text('5100-5000')).toMatch(/What Windows does with that is not documented/);
  expect(text('5100-')).toMatch(/Windows takes the whole configuration for invalid/);
  expect(text(' 5001')).toMatch(/" 5001" has blanks around it.* not documented/);
});

describe('a list among the ephemeral ports is told', () => {
  const remarks = (entry: string, maxUserPort?: number, reserved: PortRange[] = []): string =>
    portConfiguration(keyOf(multiStringValue('Ports', [entry])), {
      majorVersion: 5,
      maxUserPort,
      reservedPorts: reserved,
    }).remarks.join();

  test('below 5000, and up to MaxUserPort', () => {
    expect(remarks('4000-5100')).toMatch(
      /^4000-5000 of the list lies .*\(up to 5000\).*KB154596 advises ports above 5000\.$/,
    );
    expect(remarks('5001-5100')).toBe('');
    expect(remarks('5001-5100', 5050)).toMatch(/^5001-5050 .*\(up to 5050, by MaxUserPort\).*here above 5050\.$/);
  });

  test('unless ReservedPorts keeps them for whom they are meant', () => {
    expect(remarks('4000-4099', undefined, [{ first: 4000, last: 4099 }])).toBe('');
  });
});

test('a key without any of its values is not one that is not there', () => {
  expect(portConfiguration({ path: RPC_INTERNET_KEY, values: [] }, WINDOWS_2000).remarks).toEqual([
    'The key Rpc\\Internet is there and has none of its three values.',
  ]);
});

test('every problem has a message of its own', () => {
  const lists = ['5000-', '1,2', 'x', '65536', '2-1', ''].map((entry) =>
    configured(multiStringValue('Ports', ['1', entry, '2'])),
  );
  const messages = lists.flatMap(({ problems }) => problems.map(({ message }) => message));
  expect(new Set(messages).size).toBe(6);
});

test('the bounds 0 and 65535 are legal; port 0 is not handed out', () => {
  const { valid, pool } = configured(multiStringValue('Ports', ['0-2', '65535']));
  expect([valid, pool.size]).toEqual([true, 3]);
});

test('entries that overlap or touch are one range', () => {
  const { pool } = configured(multiStringValue('Ports', ['5010-5020', '5000-5012', '5021', '4000']));
  expect(pool).toEqual({
    size: 23,
    kind: 'configured',
    ranges: [
      { first: 4000, last: 4000 },
      { first: 5000, last: 5021 },
    ],
  });
});

test('without the key, ports are the dynamic ones of that Windows', () => {
  const of = (majorVersion: number, maxUserPort?: number): PortConfiguration =>
    portConfiguration(undefined, { majorVersion, maxUserPort });
  expect(of(5)).toMatchObject({
    valid: true,
    policy: null,
    pool: { size: 3976, ranges: [{ first: 1025, last: 5000 }], kind: 'dynamic' },
  });
  expect(of(6).pool).toEqual({ size: 16_384, ranges: [{ first: 49_152, last: 65_535 }], kind: 'dynamic' });
  expect(of(5, 65_534).pool.size).toBe(64_510);
  expect(of(5, 10).pool.size).toBe(3976);
  expect(portConfiguration({ path: RPC_INTERNET_KEY, values: [] }, WINDOWS_2000).policy).toBeNull();
});

test('reserved ports are not dynamic ports', () => {
  const { pool } = portConfiguration(undefined, { majorVersion: 5, reservedPorts: [{ first: 1500, last: 1599 }] });
  expect(pool).toMatchObject({
    size: 3876,
    ranges: [
      { first: 1025, last: 1499 },
      { first: 1600, last: 5000 },
    ],
  });
});

test.each([
  ['Y', 'Y', 'internet', true],
  ['Y', 'Y', 'intranet', false],
  ['Y', 'Y', 'default', true],
  ['Y', 'N', 'internet', true],
  ['Y', 'N', 'intranet', false],
  ['Y', 'N', 'default', false],
  ['N', 'Y', 'internet', false],
  ['N', 'Y', 'intranet', true],
  ['N', 'Y', 'default', false],
  ['N', 'N', 'internet', false],
  ['N', 'N', 'intranet', true],
  ['N', 'N', 'default', true],
] as const)(
  'available %s, use %s, a process that asks for %s: inside the list is %s',
  (available, use, wish, inside) => {
    expect(usesListedPorts({ portsInternetAvailable: available, useInternetPorts: use }, wish)).toBe(inside);
  },
);

test('outside the list means dynamic ports without the listed ones', () => {
  const { pool } = configured(multiStringValue('Ports', ['4001-4100', '5000-5019']), 'intranet');
  expect(pool).toEqual({
    size: 3875,
    kind: 'dynamic',
    ranges: [
      { first: 1025, last: 4000 },
      { first: 4101, last: 4999 },
    ],
  });
});

test('whatever the values are, an answer comes out and a pool only when it is valid', () => {
  const value = fc.record({
    type: fc.constantFrom(1, 2, 4, 7),
    data: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: fc.constantFrom(...'019-,Y \0') }).map(toUtf16)),
  });
  fc.assert(
    fc.property(value, value, value, (ports, available, use) => {
      const { valid, problems, pool } = portConfiguration(
        {
          path: RPC_INTERNET_KEY,
          values: [
            { name: 'PORTS', ...ports },
            { name: 'portsinternetavailable', ...available },
            { name: 'UseInternetPorts', ...use },
          ],
        },
        WINDOWS_2000,
      );
      expect(valid).toBe(problems.length === 0);
      if (!valid) expect(pool.size).toBe(0);
    }),
  );
});

function fixture(path: string): PortConfiguration {
  return readPortConfiguration(parseReg(readFileSync(path)), WINDOWS_2000);
}

function configured(ports: RegistryValue, wish: 'default' | 'intranet' = 'default'): PortConfiguration {
  return portConfiguration(keyOf(ports), { ...WINDOWS_2000, wish });
}

function keyOf(ports: RegistryValue): RegistryKey {
  const values = [ports, stringValue('PortsInternetAvailable', 'Y'), stringValue('UseInternetPorts', 'Y')];
  return { path: RPC_INTERNET_KEY, values };
}
