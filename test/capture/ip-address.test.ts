import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipv4Text, ipv6Text, parseIpAddress } from '../../src/capture/ip-address.ts';

const unit = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const units = fc.array(unit, { minLength: 8, maxLength: 8 });

function bytesOf(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >>> 8, value & 0xff]));
}

test('every IPv6 address is written as node:net writes it, and read back to the same bytes', () => {
  fc.assert(
    fc.property(units, (values) => {
      const text = ipv6Text(bytesOf(values), 0);
      const long = values.map((value) => value.toString(16)).join(':');
      // The C library writes ::1.2.3.4 for the deprecated compatible addresses; RFC 5952 asks for no such thing.
      fc.pre(values.slice(0, 6).some((value) => value !== 0) || values[6] === 0);
      expect(text).toBe(new SocketAddress({ address: long, family: 'ipv6' }).address);
      expect(parseIpAddress(text)).toEqual(bytesOf(values));
      expect(parseIpAddress(long.toUpperCase())).toEqual(bytesOf(values));
    }),
  );
});

test('IPv4 addresses read and write', () => {
  expect(parseIpAddress('192.0.2.255')).toEqual(Uint8Array.of(192, 0, 2, 255));
  expect(ipv4Text(Uint8Array.of(9, 192, 0, 2, 255), 1)).toBe('192.0.2.255');
});

test('a mapped address is the IPv4 address that is on the wire, and a zone is left out', () => {
  expect(parseIpAddress('::ffff:192.0.2.1')).toEqual(Uint8Array.of(192, 0, 2, 1));
  expect(parseIpAddress('fe80::1%eth0')).toEqual(parseIpAddress('fe80::1'));
  expect(ipv6Text(Uint8Array.from([...new Array(10).fill(0), 0xff, 0xff, 10, 0, 0, 1]), 0)).toBe('::ffff:10.0.0.1');
});

test.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  'g::',
  ':::',
  '::1.2.3',
  '1.2.3.4::',
])('%j is no address', (text) => {
  expect(parseIpAddress(text)).toBeNull();
});
