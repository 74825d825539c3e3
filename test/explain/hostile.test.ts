import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PcapWriter } from '../../src/capture/writers.ts';
import { type Explanation, explain } from '../../src/explain/index.ts';
import { CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { CONV, encodeConvWhoAreYou2Request } from '../../src/interface/conv/index.ts';
import { type ClHeader, type ClPdu, encodeCl, FLAGS1 } from '../../src/pdu/cl/index.ts';
import { explainSchema } from '../../src/report/schema/index.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { header, request, SERVER, START } from './pdus.ts';
import { openAndClose, world } from './scenario.ts';

const PACKETS = 90_000;
const STEPS = 6;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function random16(random: () => number): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = 1 + random() * 255;
  return bytes;
}

/** Explains what `pduAt` makes, and answers the heap in use after each sixth of it, in MiB. */
async function heapWhile(
  pduAt: (i: number, random: () => number) => ClPdu,
): Promise<{ heaps: number[]; explained: Explanation }> {
  const random = seededRandom(3);
  const writer = new PcapWriter();
  const heaps: number[] = [];
  function* chunks(): Generator<Uint8Array> {
    yield writer.header();
    for (let i = 0; i < PACKETS; i++) {
      const from = { host: `10.${i & 0x7f}.${(i >>> 7) & 0x7f}.${(i >>> 14) & 0x7f}`, port: 1 + (i % 65_000) };
      yield writer.packet({ timestampMs: START + i / 10, from, to: SERVER, payload: encodeCl(pduAt(i, random)) });
      if ((i + 1) % (PACKETS / STEPS) !== 0) continue;
      collect();
      heaps.push(process.memoryUsage().heapUsed / 1024 / 1024);
    }
  }
  const explained = await explain(chunks());
  expect(explained.source.packets).toBe(PACKETS);
  return { heaps, explained };
}

function expectFlat(heaps: readonly number[]): void {
  const [, second = 0] = heaps;
  expect(heaps).toHaveLength(STEPS);
  expect(Math.max(...heaps.slice(2)) - second).toBeLessThan(12);
}

test('a new activity, host and interface in each packet: memory stays where it is', async () => {
  const { heaps, explained } = await heapWhile((i, random) =>
    request({ activity: random16(random), interfaceId: i % 2 === 0 ? CLUSAPI_V2.uuid : random16(random) }),
  );
  expectFlat(heaps);
  expect(explained.rpc).toMatchObject({ pdus: PACKETS, conversations: PACKETS, calls: PACKETS });
  expect(explained.omitted.evicted).toBeGreaterThan(0);
  expect(explained.conversations.length).toBeLessThanOrEqual(400);
  expect(explained.omitted.unfollowedCalls).toBeGreaterThan(0);
  expect(explained.findings.length).toBeLessThanOrEqual(64);
});

test('one activity with wild numbers, and callbacks to everyone: memory stays where it is', async () => {
  const { activity } = header();
  const stub = encodeConvWhoAreYou2Request({ activity, bootTime: 1 });
  const { heaps } = await heapWhile((i, random) => {
    const fields: Partial<ClHeader> = {
      activity: i % 3 === 0 ? activity : random16(random),
      sequence: (random() * 0x100000000) >>> 0,
      fragment: (random() * 0x10000) & 0xffff,
      serial: (random() * 0x10000) & 0xffff,
      flags1: FLAGS1.frag,
    };
    if (i % 2 === 0) return request(fields);
    return request({ ...fields, flags1: 0, interfaceId: CONV.uuid, interfaceMajor: 3, opnum: 1 }, stub);
  });
  expectFlat(heaps);
});

test('one call with fragments of random numbers does not keep them all', async () => {
  const { heaps } = await heapWhile((_, random) =>
    request({ fragment: (random() * 0x10000) & 0xffff, serial: (random() * 0x10000) & 0xffff, flags1: FLAGS1.frag }),
  );
  expectFlat(heaps);
});

test('a capture with any bytes changed is explained, or refused as none', async () => {
  const of = await world();
  await openAndClose(of, 5000);
  const capture = of.capture();
  const changes = fc.array(fc.tuple(fc.nat(capture.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(changes, async (all) => {
      const changed = Uint8Array.from(capture);
      for (const [at, value] of all) changed[at] = value;
      const explained = await explain(changed).catch((error: unknown) => error);
      if (explained instanceof Error) {
        expect(explained).toMatchObject({ name: 'RemoteProtocolError', code: 'ERR_CLUSRPC_INVALID_INPUT' });
        return;
      }
      expect(explainSchema.parse(explained)).toEqual(explained);
    }),
    { numRuns: 400, seed: 4 },
  );
});

test('a file that is damaged in its middle is explained up to there', async () => {
  const of = await world();
  await openAndClose(of, 5000);
  const capture = of.capture();
  const whole = await explain(capture);
  const damaged = await explain(Buffer.concat([capture, Buffer.from([6, 0, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9])]));
  expect(damaged.source.damage).toMatch(/^capture file, byte \d+: /);
  expect(damaged.rpc).toEqual(whole.rpc);
  const cut = await explain(capture.subarray(0, capture.length - 7));
  expect(cut.source).toMatchObject({ damage: null, packets: whole.source.packets - 1, cutShortAt: expect.any(Number) });
});

test('what is no capture is refused', async () => {
  await expect(explain(Buffer.from('GET / HTTP/1.0\r\n\r\n'))).rejects.toMatchObject({
    name: 'RemoteProtocolError',
    code: 'ERR_CLUSRPC_INVALID_INPUT',
  });
  await expect(explain(new Uint8Array(0))).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_INPUT' });
  await expect(explain('/nonexistent/capture.pcap')).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_INVALID_INPUT',
    message: 'the capture /nonexistent/capture.pcap cannot be read: no such file or directory',
  });
  await expect(explain(new Uint8Array(0), { pool: 0 })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
});

test('an aborted run rejects with the reason of its signal', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  function* endless(): Generator<Uint8Array> {
    const writer = new PcapWriter();
    yield writer.header();
    for (let i = 0; ; i++) {
      if (i === 10) controller.abort(reason);
      yield writer.packet({ timestampMs: START, from: SERVER, to: SERVER, payload: new Uint8Array(8) });
    }
  }
  await expect(explain(endless(), { signal: controller.signal })).rejects.toBe(reason);
});
