import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFileBytes, withFile } from '../../src/bytes/input-file.ts';
import { openHive } from '../../src/hive/hive.ts';
import { walkKeys } from '../../src/hive/keys.ts';
import { valueData, values } from '../../src/hive/values.ts';
import { parseReg } from '../../src/reg/parse.ts';
import { buildHive, dword, multi, sz, tree } from '../hive/build-hive.ts';
import { emptyHive } from './empty-hive.ts';
import { need, run, scratch } from './tools.ts';
import { wine, winePath } from './wine.ts';

const MEBIBYTE = 1 << 20;
const DUMP = join(import.meta.dirname, 'py', 'hivex_dump.py');
const here = scratch();
afterAll(() => here.remove());

/** Wine's own registry, exported by Wine's reg and merged into an empty hive by hivex. */
describe("hives made of Wine's registry", () => {
  const keys = [
    { key: 'HKEY_LOCAL_MACHINE\\Software', minor: 3 },
    { key: 'HKEY_LOCAL_MACHINE\\Software\\Classes', minor: 5 },
    { key: 'HKEY_LOCAL_MACHINE\\Software\\Microsoft', minor: 3 },
  ];
  beforeAll(() => need('hivexregedit'));

  test.each(keys)('$key: every key and value is what reg exported and what hivex reads', ({ key, minor }) => {
    const reg = here.file('export.reg');
    expect(wine(here, ['reg', 'export', key, winePath(reg), '/y']).status).toBe(0);
    const hive = mergedHive(readFileSync(reg).toString('utf16le').slice(1), key, minor);
    const ours = readEverything(hive);
    expect(ours).toEqual(hivexEverything(hive));
    const exported = parseReg(readFileBytes(reg));
    expect(exported.warnings).toEqual([]);
    const facts = new Map<string, string>();
    for (const { path, values: held } of exported.keys) {
      const below = path.slice(key.length + 1);
      facts.set(`${below}\\`, '');
      for (const { name, type, data } of held)
        facts.set(`${below}\\=${name}`, `${type}:${Buffer.from(data).toString('hex')}`);
    }
    expect(new Map([...ours].filter(([path]) => path !== 'times'))).toEqual(facts);
  });
});

describe('hives made of generated exports', () => {
  test('values of every type, names of every alphabet and 4000 subkeys of one key', () => {
    const lines = Array.from({ length: 4000 }, (_, i) => {
      const name = i % 3 === 0 ? `ключ ${i}` : i % 3 === 1 ? `clé ${i}` : `key ${i}`;
      const hex = Array.from({ length: i % 90 }, (_, byte) => ((i * byte) & 255).toString(16).padStart(2, '0')).join(
        ',',
      );
      return `[\\Wide\\${name}]\n"値${i}"=hex(${(i % 12).toString(16)}):${hex}\n@="text ${i}"\n"n"=dword:${i.toString(16).padStart(8, '0')}\n`;
    });
    const hive = mergedHive(`Windows Registry Editor Version 5.00\n\n[\\Wide]\n\n${lines.join('\n')}\n`, '', 3);
    expect(readEverything(hive)).toEqual(hivexEverything(hive));
  });

  test('values of up to 999 000 bytes in one cell', () => {
    const hex = (size: number): string =>
      Array.from({ length: size }, (_, i) => ((i * 7 + (i >> 8)) & 255).toString(16)).join(',');
    const lines = [16_344, 16_345, 40_000, 999_000].map((size) => `"b${size}"=hex:${hex(size)}`);
    const hive = mergedHive(`Windows Registry Editor Version 5.00\n\n[\\Big]\n${lines.join('\n')}\n\n`, '', 5);
    expect(readEverything(hive)).toEqual(hivexEverything(hive));
  });
});

test('a pair like that of Windows 2000, made by our test builder, reads the same in hivex and here', () => {
  const software = tree({
    'Microsoft\\Windows NT\\CurrentVersion': [
      sz('CurrentVersion', '5.0'),
      sz('CurrentBuildNumber', '2195'),
      sz('CSDVersion', 'Service Pack 3'),
    ],
    'Microsoft\\Rpc\\Internet': [
      multi('Ports', ['5000-5099']),
      sz('PortsInternetAvailable', 'Y'),
      sz('UseInternetPorts', 'Y'),
    ],
  });
  const system = tree({
    Select: [dword('Current', 2), dword('Default', 1), dword('Failed', 0), dword('LastKnownGood', 1)],
    'ControlSet002\\Control\\Windows': [dword('CSDVersion', 0x300)],
    'ControlSet002\\Control\\Session Manager': [
      multi('PendingFileRenameOperations', ['\\??\\C:\\a', '', '\\??\\C:\\b', '!\\??\\C:\\c']),
    ],
  });
  for (const [name, spec] of [
    ['software', software],
    ['system', system],
  ] as const) {
    for (const list of ['li', 'lf', 'lh', 'ri'] as const) {
      writeFileSync(here.file(name), buildHive({ ...spec, list }));
      expect(readEverything(here.file(name))).toEqual(hivexEverything(here.file(name)));
    }
  }
  expect(run('reglookup', ['-H', '-t', 'DWORD', here.file('system')])).toContain('/Select/Current,DWORD,0x00000002');
});

/** `path\` for a key, `path\=name` → `type:hex` for a value, and the times of all keys. */
function readEverything(path: string): Map<string, string> {
  return withFile(path, (file) => {
    const hive = openHive(file);
    const facts = new Map<string, string>();
    const times: number[] = [];
    for (const { path: parts, key } of walkKeys(hive)) {
      facts.set(`${parts.join('\\')}\\`, '');
      times.push(key.lastWrittenMs ?? 0);
      for (const value of values(hive, key)) {
        const hex = Buffer.from(valueData(hive, value)).toString('hex');
        facts.set(`${parts.join('\\')}\\=${value.name}`, `${value.type}:${hex}`);
      }
    }
    expect(hive.warnings.list.filter((sentence) => !sentence.includes('large data in one cell'))).toEqual([]);
    return facts.set('times', times.sort().join());
  });
}

function hivexEverything(path: string): Map<string, string> {
  const facts = new Map<string, string>();
  const times: number[] = [];
  for (const line of run('/usr/bin/python3', [DUMP, path]).trim().split('\n')) {
    const fact = JSON.parse(line) as { path: string[]; time: number; name?: string; type: number; data: string };
    const parts = fact.path.join('\\');
    if (fact.name !== undefined) facts.set(`${parts}\\=${fact.name}`, `${fact.type}:${fact.data}`);
    else {
      facts.set(`${parts}\\`, '');
      times.push(Math.floor(fact.time / 10_000) - 11_644_473_600_000);
    }
  }
  return facts.set('times', times.sort().join());
}

/** Lets hivexregedit merge the text of an export into an empty hive; the result has to be large. */
function mergedHive(text: string, prefix: string, minor: number): string {
  const path = here.file('merged.hive');
  const reg = here.file('merged.reg');
  const hive = emptyHive();
  hive.writeUInt32LE(minor, 24);
  // The minor version is one of the words that the checksum is the XOR of.
  hive.writeUInt32LE((hive.readUInt32LE(508) ^ 3 ^ minor) >>> 0, 508);
  writeFileSync(path, hive);
  writeFileSync(reg, text.replaceAll('\r', ''));
  run('env', [
    'PERL_UNICODE=SDA',
    'hivexregedit',
    '--merge',
    ...(prefix === '' ? [] : ['--prefix', prefix]),
    path,
    reg,
  ]);
  expect(statSync(path).size).toBeGreaterThan(MEBIBYTE);
  return path;
}
