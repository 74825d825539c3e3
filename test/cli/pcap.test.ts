import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import type { Datagram } from '../../src/capture/packet.ts';
import { captureTo } from '../../src/cli/pcap-file.ts';
import { decodeCl } from '../../src/pdu/cl/index.ts';
import { RpcClient, RpcServer } from '../../src/rpc.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-pcap-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ECHO = { uuid: uuid('2c9a7c1e-6f0b-4f6e-9b0a-3d5f1b8e7a60'), version: { major: 1, minor: 0 } };

async function datagramsOf(file: string): Promise<Datagram[]> {
  const found: Datagram[] = [];
  await readDatagrams([readFileSync(file)], (datagram) => found.push(datagram));
  return found;
}

test('both ends in one process: every datagram is there once, with the addresses that the wire had', async () => {
  const file = join(directory, 'both.pcapng');
  const stop = captureTo(file);
  const server = await RpcServer.open();
  server.serve({ ...ECHO, operations: [({ stub }) => stub] });
  const client = await RpcClient.open({ to: server.local });
  await client.call(ECHO, 0, Uint8Array.of(1, 2, 3, 4));
  await client.close();
  await server.close();
  stop();
  const datagrams = await datagramsOf(file);
  const here = { host: '127.0.0.1', port: client.local.port };
  const types = datagrams.map(({ payload }) => decodeCl(payload).type);
  // The first at-most-once call is held back until the callback is answered; then the client acknowledges.
  expect(types).toEqual(['request', 'request', 'response', 'response', 'ack']);
  const ends = new Set(datagrams.flatMap(({ from, to }) => [from, to]).map((end) => JSON.stringify(end)));
  expect(ends).toEqual(new Set([here, server.local].map((end) => JSON.stringify(end))));
});

test('the file is for its owner only, also when it was open to all before', async () => {
  const file = join(directory, 'mode.pcapng');
  captureTo(file)();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  chmodSync(file, 0o644);
  captureTo(file)();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await datagramsOf(file)).toEqual([]);
});

describe('a file that is no capture is left alone:', () => {
  test.each([
    ['text', 'shopping list'],
    ['three bytes', 'abc'],
  ])('%s', (name, content) => {
    const file = join(directory, `${name}.txt`);
    writeFileSync(file, content);
    expect(() => captureTo(file)).toThrow(/is no capture file, so it is not written over/);
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('a directory, and a path that leads nowhere', () => {
    expect(() => captureTo(directory)).toThrow(/cannot be written: it is a directory/);
    expect(() => captureTo(join(directory, 'no', 'x.pcapng'))).toThrow(/cannot be written: no such file/);
  });
});
