import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/index.ts';
import { explainText } from '../../src/report/explain-text.ts';
import { captureOf, request, response } from './pdus.ts';

const activityOf = (i: number) => Uint8Array.from({ length: 16 }, () => i + 1);
/** Calls that begin at these seconds, one in each. */
const calls = (...seconds: number[]) =>
  captureOf(
    seconds.flatMap((s) => [
      { ms: s * 1000, pdu: request({ activity: activityOf(s) }) },
      { ms: s * 1000 + 5, pdu: response({ activity: activityOf(s) }) },
    ]),
  );

let directory: string;
const file = (...names: string[]) => join(directory, ...names);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'clusrpc-sources-'));
  for (const folder of ['ring', 'empty', 'packed']) mkdirSync(file(folder));
  // A ring that has come round: the oldest file has the last number.
  writeFileSync(file('ring', 'trace0.pcapng'), calls(20, 21));
  writeFileSync(file('ring', 'trace1.pcapng'), calls(30));
  writeFileSync(file('ring', 'trace2.pcapng.gz'), zlib.gzipSync(calls(10, 11, 12)));
  writeFileSync(file('ring', 'README.txt'), 'what was captured, and why');
  writeFileSync(file('packed', 'trace.pcap.xz'), Buffer.from('fd377a585a000004', 'hex'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a ring buffer', () => {
  test.each([
    ['as a folder', () => file('ring')],
    ['as files', () => ['trace0.pcapng', 'trace1.pcapng', 'trace2.pcapng.gz'].map((name) => file('ring', name))],
  ])('%s is one capture, in the order of time, with packets numbered through', async (_, source) => {
    const of = await explain(source());
    expect(of.source.files).toEqual([
      { name: file('ring', 'trace2.pcapng.gz'), packets: 6 },
      { name: file('ring', 'trace0.pcapng'), packets: 4 },
      { name: file('ring', 'trace1.pcapng'), packets: 2 },
    ]);
    expect(of).toMatchObject({ verdict: 'fine', findings: [], rpc: { calls: 6 }, source: { packets: 12 } });
    expect(of.conversations.map(({ frame }) => frame)).toEqual([1, 3, 5, 7, 9, 11]);
    expect(explainText(of)).toMatch(/files +3, in the order of their first packets/);
  });

  test('a call goes on in the next file', async () => {
    const [first, second] = [file('first.pcap'), file('second.pcap')];
    writeFileSync(first, captureOf([{ ms: 0, pdu: request() }]));
    writeFileSync(second, captureOf([{ ms: 9, pdu: response() }]));
    expect((await explain([second, first])).rpc).toMatchObject({ calls: 1, results: { response: 1 } });
  });

  test('a damaged file is told with its name, and the others are read', async () => {
    const damaged = file('damaged.pcapng');
    writeFileSync(damaged, Buffer.concat([calls(1), Buffer.alloc(64, 0xff)]));
    const { source, rpc } = await explain([damaged, file('ring', 'trace1.pcapng')]);
    expect(source.damage).toMatch(/damaged\.pcapng: capture file, byte \d+/);
    expect(rpc.calls).toBe(2);
  });

  test('a file that is no capture is refused by its name', async () => {
    const names = [file('ring', 'trace1.pcapng'), file('ring', 'README.txt')];
    await expect(explain(names)).rejects.toMatchObject({ message: expect.stringContaining('README.txt: ') });
  });

  test('a folder without a capture is refused', async () => {
    await expect(explain(file('empty'))).rejects.toMatchObject({
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      message: `there is no capture in the folder ${file('empty')}`,
    });
  });

  test('a folder with a capture that is packed in another way names the tool', async () => {
    await expect(explain(file('packed'))).rejects.toMatchObject({ advice: 'Unpack it by xz -d.' });
  });
});

describe('compressed captures', () => {
  const plain = calls(1, 2, 3);
  const packed = zlib.gzipSync(plain);
  const inPieces = function* () {
    for (let at = 0; at < packed.length; at += 3) yield packed.subarray(at, at + 3);
  };

  test('gzip is read like the capture in it, in small pieces and in several members too', async () => {
    const whole = await explain(plain);
    expect(await explain(packed)).toEqual(whole);
    expect(await explain(inPieces())).toEqual(whole);
    const members = Buffer.concat([zlib.gzipSync(plain.subarray(0, 100)), zlib.gzipSync(plain.subarray(100))]);
    expect(await explain(members)).toEqual(whole);
  });

  test('gzip that is cut is explained up to there', async () => {
    const random = Array.from({ length: 400 }, (_, i) => (i * 7919) % 251);
    const cut = zlib.gzipSync(calls(...random)).subarray(0, -2_000);
    const { source, rpc } = await explain(cut);
    expect(source.damage).toMatch(/the data packed by gzip end too early, after \d+ bytes of capture/);
    expect(rpc.calls).toBeGreaterThan(100);
  });

  test('what is packed by gzip and is no capture is refused', async () => {
    await expect(explain(zlib.gzipSync('hello, world'))).rejects.toThrow(/neither pcap nor pcapng/);
  });

  /** `zstd` of four bytes of nothing. */
  const zstd = Buffer.from('28b52ffd0400010000', 'hex');
  const { createZstdDecompress } = zlib as { createZstdDecompress?: unknown };

  test.runIf(createZstdDecompress === undefined)('zstd is named where this Node.js cannot unpack it', async () => {
    await expect(explain(zstd)).rejects.toMatchObject({
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      message: expect.stringContaining('compressed by zstd, which Node.js'),
      advice: expect.stringContaining('zstd -d'),
    });
  });

  test.runIf(createZstdDecompress !== undefined)('zstd is unpacked where this Node.js can', async () => {
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync: (bytes: Uint8Array) => Buffer };
    expect(await explain(zstdCompressSync(plain))).toEqual(await explain(plain));
  });

  const etl = Buffer.alloc(128);
  etl.writeUInt32LE(0x10000, 0);
  etl.writeUInt32LE(0xc0020002, 0x48);

  test.each([
    ['bzip2', Buffer.from('BZh91AY&SY'), 'bzip2 -d'],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), 'xz -d'],
    ['zip', Buffer.from('PK\x03\x04rest'), 'unzip'],
    ['7-Zip', Buffer.from('377abcaf271c0004', 'hex'), '7z x'],
    ['ETL', etl, 'etl2pcapng'],
  ])('%s is named with the tool that helps', async (_, bytes, tool) => {
    await expect(explain(bytes)).rejects.toMatchObject({ advice: expect.stringContaining(tool) });
  });
});
