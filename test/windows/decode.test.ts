import { expect, test } from 'vitest';
import { newVersionInfo, unpackVersionInfo } from '../../src/windows/ffi/version-info.ts';
import { parseDynamicPorts, parseExcludedPorts } from '../../src/windows/port-table.ts';

test('CLUSTERVERSIONINFO is unpacked at the offsets of clusapi.h', () => {
  const info = newVersionInfo();
  expect(info.readUInt32LE(0)).toBe(info.length);
  info.writeUInt16LE(5, 4);
  info.writeUInt16LE(2195, 8);
  info.write('Microsoft(R) Cluster service\0', 10, 'utf16le');
  info.write('x'.repeat(64), 138, 'utf16le');
  info.writeUInt32LE(0x0003_0893, 268);
  info.writeUInt32LE(0x0002_00e0, 272);
  info.writeUInt32LE(1, 276);
  expect(unpackVersionInfo(info)).toEqual({
    major: 5,
    minor: 0,
    build: 2195,
    vendor: 'Microsoft(R) Cluster service',
    servicePack: 'x'.repeat(64),
    highest: 0x0003_0893,
    lowest: 0x0002_00e0,
    flags: 1,
  });
});

const ENGLISH = `
Protocol udp Dynamic Port Range
---------------------------------
Start Port      : 49152
Number of Ports : 16384

`;
const GERMAN = `
Dynamischer Portbereich (UDP)
---------------------------------
Startport      : 1025\r
Anzahl von Ports : 3976\r
`;

test('the dynamic port range is read out of netsh in any language', () => {
  expect(parseDynamicPorts(ENGLISH)).toEqual({ first: 49_152, last: 65_535 });
  expect(parseDynamicPorts(GERMAN)).toEqual({ first: 1_025, last: 5_000 });
});

test('the ports that the stack gives to nobody are the rows of netsh, with a star or without', () => {
  const text = `
Protocol udp Port Exclusion Ranges

Start Port    End Port
----------    --------
      5357        5357
     50000       50059     *

* - Administered port exclusions.
`;
  expect(parseExcludedPorts(text)).toEqual([
    { first: 5_357, last: 5_357 },
    { first: 50_000, last: 50_059 },
  ]);
  expect(parseExcludedPorts('Startport  Endport\r\n---------  -------\r\n\r\n')).toEqual([]);
  expect(parseExcludedPorts('')).toBeNull();
});

test.each(['', 'Start Port : 49152', 'a : 60000\nb : 10000', 'a : 0\nb : 5'])(
  'what is no range is null: %j',
  (text) => {
    expect(parseDynamicPorts(text)).toBeNull();
  },
);
