import { describe, expect, test } from 'vitest';
import { MAX_UDP_PAYLOAD } from '../../src/capture/ip-writer.ts';
import { PcapngWriter, PcapWriter } from '../../src/capture/writers.ts';
import { LocalMisuseError } from '../../src/status/errors.ts';
import { pcapngBlocks, u16, u32 } from './builder.ts';

const MESSAGE = {
  timestampMs: 1_700_000_000_123.5,
  from: { host: '10.0.0.1', port: 5001 },
  to: { host: '10.0.0.2', port: 135 },
  payload: Uint8Array.of(4, 0, 8),
};

/**
 * Checksums computed by hand. UDP: 0a00+0001+0a00+0002+0011+000b, 1389+0087+000b, 0400+0800 make 343a, inverted cbc5.
 * IP: 4500+001f+4000+4011+0a00+0001+0a00+0002 make d933, inverted 26cc.
 */
const IP_PACKET = Buffer.from('4500001f00004000401126cc0a0000010a00000213890087000bcbc5040008', 'hex');

describe('pcapng', () => {
  const { section, description, enhanced, option } = pcapngBlocks(false);

  test.each([
    ['nanoseconds', 9, 1_700_000_000_123_500_000n],
    ['microseconds', 6, 1_700_000_000_123_500n],
  ] as const)(
    'with %s has a section that names the application, a raw IP interface with a name, and enhanced packets',
    (resolution, exponent, ticks) => {
      const writer = new PcapngWriter(resolution);
      const end = u32(false, 0);
      const name = option(2, Buffer.from('sockets'));
      const what = option(3, Buffer.from('the datagrams of one process, without their links'));
      const options = Buffer.concat([name, what, option(9, Buffer.of(exponent)), end]);
      const application = Buffer.concat([option(4, Buffer.from('clusrpc')), end]);
      expect(Buffer.from(writer.header())).toEqual(
        Buffer.concat([section(application), description(101, options, 262_144)]),
      );
      expect(Buffer.from(writer.packet(MESSAGE))).toEqual(enhanced(0, ticks, IP_PACKET));
    },
  );
});

describe('pcap', () => {
  test.each([
    ['nanoseconds', 0xa1b23c4d, 123_500_000],
    ['microseconds', 0xa1b2c3d4, 123_500],
  ] as const)('with %s has its header and records', (resolution, magic, fraction) => {
    const writer = new PcapWriter(resolution);
    const versions = u16(false, 2, 4);
    const rest = u32(false, 0, 0, 262_144, 101);
    expect(Buffer.from(writer.header())).toEqual(Buffer.concat([u32(false, magic), versions, rest]));
    const record = u32(false, 1_700_000_000, fraction, IP_PACKET.length, IP_PACKET.length);
    expect(Buffer.from(writer.packet(MESSAGE))).toEqual(Buffer.concat([record, IP_PACKET]));
  });

  test('a fraction that rounds up to a second carries over', () => {
    const record = Buffer.from(new PcapWriter('microseconds').packet({ ...MESSAGE, timestampMs: 1999.9999 }));
    expect([record.readUInt32LE(0), record.readUInt32LE(4)]).toEqual([2, 0]);
  });
});

describe.each([
  ['pcapng', new PcapngWriter()],
  ['pcap', new PcapWriter()],
])('%s refuses', (_, writer) => {
  test.each([
    ['a payload above the limit', { payload: new Uint8Array(MAX_UDP_PAYLOAD + 1) }],
    ['a name instead of an address', { to: { host: 'localhost', port: 1 } }],
    ['ends of two families', { to: { host: '2001:db8::1', port: 1 } }],
    ['a port above 65535', { from: { host: '10.0.0.1', port: 65_536 } }],
    ['a port that is no integer', { from: { host: '10.0.0.1', port: 1.5 } }],
    ['a time before 1970', { timestampMs: -1 }],
    ['a time that is no number', { timestampMs: Number.NaN }],
    ['a time beyond the format', { timestampMs: Number.MAX_SAFE_INTEGER }],
  ])('%s', (_, change) => {
    expect(() => writer.packet({ ...MESSAGE, ...change })).toThrow(LocalMisuseError);
  });

  test('nothing up to the limit, over both families', () => {
    const payload = new Uint8Array(MAX_UDP_PAYLOAD);
    const end = { host: '::1', port: 1 };
    expect(writer.packet({ ...MESSAGE, payload }).length).toBeGreaterThan(MAX_UDP_PAYLOAD);
    expect(writer.packet({ ...MESSAGE, from: end, to: end, payload }).length).toBeGreaterThan(MAX_UDP_PAYLOAD);
  });
});
