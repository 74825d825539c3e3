import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/index.ts';
import { guess } from '../../src/explain/recognise.ts';
import { type ClPdu, encodeCl } from '../../src/pdu/cl/index.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { vectors } from '../vectors/index.ts';
import { captureOf, header, request } from './pdus.ts';

describe('what is taken for RPC', () => {
  test.each(vectors.map(({ name, datagram }) => [name, datagram] as const))('%s', (_, datagram) => {
    expect(guess(datagram, false)).toBe('rpc');
  });

  test.each(['ping', 'working', 'ack', 'nocall', 'fack', 'cl_cancel', 'cancel_ack'] as const)(
    'a bare %s in both byte orders',
    (type) => {
      for (const drep of [0, 0x100000]) {
        const datagram = encodeCl({ type, header: header({ drep }), body: null } as ClPdu);
        expect(guess(datagram, false)).toBe('rpc');
      }
    },
  );
});

describe('what is not', () => {
  test('a million datagrams of random bytes, of which one in 6 000 begins as RPC does', () => {
    const random = seededRandom(5);
    const counts = { rpc: 0, lookalike: 0, other: 0 };
    const payload = new Uint8Array(240);
    for (let i = 0; i < 1_000_000; i++) {
      for (let at = 0; at < 80; at += 4) {
        const word = random() * 0x100000000;
        payload[at] = word;
        payload[at + 1] = word >>> 8;
        payload[at + 2] = word >>> 16;
        payload[at + 3] = word >>> 24;
      }
      counts[guess(payload, false)] += 1;
    }
    expect(counts.rpc).toBe(0);
    expect(counts.lookalike).toBeGreaterThan(80);
    expect(counts.lookalike).toBeLessThan(300);
  });

  test('data of WireGuard, which begins 04 00 00 00 as requests do', () => {
    const random = seededRandom(6);
    const counts = { rpc: 0, lookalike: 0, other: 0 };
    for (let session = 0; session < 20_000; session++) {
      const payload = Uint8Array.from({ length: 160 }, () => random() * 256);
      payload.set([4, 0, 0, 0]);
      payload.set([session & 0xff, 0, 0, 0, 0, 0, 0, 0], 8);
      counts[guess(payload, false)] += 1;
    }
    expect(counts).toEqual({ rpc: 0, lookalike: 20_000, other: 0 });
  });

  test.each([
    ['a datagram one byte too short', (p: Uint8Array) => p.subarray(0, p.length - 1)],
    ['an odd second flags byte', (p: Uint8Array) => p.with(3, 0x10)],
    ['a byte order that does not exist', (p: Uint8Array) => p.with(4, 0x20)],
    ['a security protocol that does not exist', (p: Uint8Array) => p.with(78, 77)],
    ['no activity', (p: Uint8Array) => p.map((byte, at) => (at >= 40 && at < 56 ? 0 : byte))],
    ['sixteen bytes nobody spoke of', (p: Uint8Array) => Uint8Array.of(...p, ...new Uint8Array(16))],
  ])('%s', (_, change) => {
    const datagram = encodeCl(request());
    expect(guess(datagram, false)).toBe('rpc');
    expect(guess(change(datagram), false)).toBe('lookalike');
  });
});

test('a known activity is read though a packet of it is odd, and an unknown one is not', async () => {
  const odd = encodeCl(request({ serial: 1 })).with(3, 0x10);
  const { rpc } = await explain(
    captureOf([
      { ms: 0, pdu: request() },
      { ms: 1000, payload: odd },
    ]),
  );
  expect(rpc).toMatchObject({ pdus: 2, retransmissions: 1, recognition: { lenient: 1, lookalikes: 0 } });
  const alone = await explain(captureOf([{ ms: 1000, payload: odd }]));
  expect(alone).toMatchObject({ verdict: 'nothing', rpc: { pdus: 0, recognition: { lookalikes: 1 } } });
});

test('a lonely packet of an unknown interface is counted as doubtful', async () => {
  const { rpc, verdict } = await explain(captureOf([{ ms: 0, pdu: request() }]));
  expect(rpc.recognition.unconfirmed).toBe(1);
  expect(verdict).toBe('unknown');
});

test('no datagram whatever makes it throw', async () => {
  const anyPdu = fc.tuple(fc.uint8Array({ minLength: 80, maxLength: 400 }), fc.nat(10)).map(([bytes, type]) => {
    const length = bytes.length - 80;
    bytes.set([4, type, bytes[2] ?? 0, 0, 0x10, 0, 0]);
    bytes.set([length & 0xff, length >>> 8], 74);
    return bytes.with(78, 0);
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyPdu, { maxLength: 20 }), async (payloads) => {
      const { source, rpc } = await explain(captureOf(payloads.map((payload, ms) => ({ ms, payload }))));
      expect(source.packets).toBe(payloads.length);
      expect(rpc.pdus + rpc.recognition.lookalikes + rpc.recognition.malformed).toBe(payloads.length);
    }),
    { numRuns: 200 },
  );
});
