import { describe, expect, test } from 'vitest';
import { DatagramReader } from '../../src/capture/datagram-reader.ts';
import { fragmentsOf, ipv4, pattern, udp } from './builder.ts';
import { ALL_LINKS, type Link, OPAQUE_LINKS } from './links.ts';

const PAYLOAD = pattern(200);
const IP = ipv4(udp({ payload: PAYLOAD }));

function read({ linkType, wrap }: Link, ips: readonly Buffer[], cutTo = Number.POSITIVE_INFINITY) {
  const reader = new DatagramReader();
  const datagrams = ips.map((ip, i) => {
    const whole = wrap(ip);
    const data = whole.subarray(0, cutTo);
    const packet = { number: i + 1, seconds: 0, nanoseconds: 0, timed: true, interfaceId: 0, linkType, data };
    return reader.read({ ...packet, originalLength: whole.length });
  });
  return { datagrams: datagrams.filter((each) => each !== null), counts: reader.counts };
}

describe.each(ALL_LINKS)('$name', (link) => {
  test('gives the datagram that it carries', () => {
    const { datagrams } = read(link, [IP]);
    expect(datagrams).toMatchObject([
      { from: { host: '192.0.2.1', port: 1025 }, to: { host: '192.0.2.2', port: 3343 }, truncated: false },
    ]);
    expect(Buffer.from(datagrams[0]?.payload ?? [])).toEqual(PAYLOAD);
  });

  test('gives a datagram out of fragments', () => {
    const body = udp({ payload: PAYLOAD });
    const cuts = [
      { from: 0, to: 104 },
      { from: 104, to: body.length },
    ];
    expect(read(link, fragmentsOf(body, cuts)).datagrams).toMatchObject([{ number: 2, fragments: 2 }]);
  });

  test('cut at any byte of its headers is counted, once', () => {
    const headers = link.wrap(IP).length - PAYLOAD.length;
    for (let cut = 0; cut < headers; cut++) {
      const { datagrams, counts } = read(link, [IP], cut);
      // Of a tunnel over UDP the outer datagram is left.
      expect(datagrams.every(({ truncated }) => truncated)).toBe(true);
      expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(1);
    }
  });
});

test.each(OPAQUE_LINKS)('$name counts as an unknown tunnel', (link) => {
  const { datagrams, counts } = read(link, [IP]);
  expect(datagrams).toEqual([]);
  expect(counts.unknownTunnel).toBe(1);
});

test('a program that uses the port of a tunnel is no tunnel', () => {
  for (const toPort of [4789, 8472, 6081, 1701]) {
    const rpc = Buffer.concat([Buffer.from('0400280010000000', 'hex'), pattern(72)]);
    const { datagrams } = read({ name: '', linkType: 101, wrap: (ip) => ip }, [ipv4(udp({ toPort, payload: rpc }))]);
    expect(datagrams).toMatchObject([{ to: { port: toPort } }]);
  }
});
