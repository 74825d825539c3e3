import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { parseReg, type RegFile } from '../../src/reg/parse.ts';
import { findKey, findValue } from '../../src/reg/path.ts';
import { regMultiString, regString } from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';

const FIXTURES = [
  'fixtures/rpc-internet-5000-5019.reg',
  'test/fixtures/reg/all-types.reg',
  'test/fixtures/reg/malformed.reg',
  'test/fixtures/reg/no-ports-internet-available.reg',
  'test/fixtures/reg/ports-as-sz.reg',
  'test/fixtures/reg/several-ranges-nn.reg',
  'test/fixtures/reg/utf16-names.reg',
];

test.each(FIXTURES)('%s, written by Wine, is written again byte for byte', (path) => {
  const bytes = readFileSync(path);
  const file = parseReg(bytes);
  expect(file.warnings).toEqual([]);
  expect(file.encoding).toBe('utf-16le');
  expect(file.keys.length).toBeGreaterThan(0);
  expect(Buffer.from(writeReg(file.keys)).equals(bytes)).toBe(true);
});

test('an ANSI file of REGEDIT4 reads as Wine imported it', () => {
  const source = parseReg(readFileSync('test/fixtures/reg/all-types-source.reg'));
  const imported = parseReg(readFileSync('test/fixtures/reg/all-types.reg'));
  expect(source.header).toBe('REGEDIT4');
  expect(source.encoding).toBe('ansi');
  expect(facts(source)).toEqual(facts(imported));
  expect(facts(source).length).toBeGreaterThan(80);
});

test('a key and a value are found whatever the case of their ASCII letters', () => {
  const file = parseReg(readFileSync('test/fixtures/reg/utf16-names.reg'));
  const key = findKey(file, '\\hkey_local_machine\\SOFTWARE\\microsoft\\RPC\\internet\\名前\\');
  if (key === undefined) throw new Error('not found');
  expect(regString(findValue(key, 'GRößE "X\\Y"') ?? NOTHING)).toEqual({ value: '値 "a\\b"', notes: [] });
  expect(regString(findValue(key, '') ?? NOTHING)).toEqual({ value: 'default ☃', notes: [] });
  expect(findValue(key, 'GRÖßE "X\\Y"')).toBeUndefined();
});

test('the ports of the demo are one multi-string with one range', () => {
  const file = parseReg(readFileSync('fixtures/rpc-internet-5000-5019.reg'));
  const key = findKey(file, 'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet');
  expect(key?.values.map((value) => value.name)).toEqual(['Ports', 'PortsInternetAvailable', 'UseInternetPorts']);
  expect(regMultiString(key?.values[0] ?? NOTHING)).toEqual({ value: ['5000-5019'], notes: [] });
});

const NOTHING = { name: '', type: 0, data: new Uint8Array() };

function facts(file: RegFile): string[] {
  return file.keys
    .flatMap((key) => key.values.map((value) => `${key.path}|${value.name}|${value.type}|${toHex(value.data)}`))
    .sort();
}
