import { expect, test } from 'vitest';
import { DREP_BIG_ENDIAN } from '../../../src/pdu/cl/index.ts';
import { loopback } from './loopback.ts';
import { bytes } from './scripted.ts';

const MEBIBYTE = 1 << 20;

test.each([
  ['windows', 'windows'],
  ['c706', 'windows'],
  ['windows', 'c706'],
] as const)('a mebibyte goes there and back over UDP, %s client and %s server', async (client, server) => {
  const both = await loopback({ client: { dialect: client }, server: { dialect: server } });
  const stub = bytes(MEBIBYTE);
  for (let n = 0; n < 2; n++) {
    const event = await both.call(stub);
    expect(event.kind).toBe('response');
    expect(event.kind === 'response' && Buffer.compare(event.stub, stub)).toBe(0);
  }
  expect(both.serverMachine.counters.callsIn).toBe(2);
  await both.close();
});

test('a mebibyte between machines of different byte order', async () => {
  const both = await loopback({ client: { drep: DREP_BIG_ENDIAN } });
  const stub = bytes(MEBIBYTE);
  const event = await both.call(stub, { semantics: 'idempotent' });
  expect(event.kind === 'response' && Buffer.compare(event.stub, stub)).toBe(0);
  await both.close();
});
