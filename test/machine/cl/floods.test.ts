import { expect, test } from 'vitest';
import { FLAGS1 } from '../../../src/pdu/cl/index.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { bytes, request, response, scriptedClient, scriptedServer } from './scripted.ts';

const { idempotent, frag, nofack } = FLAGS1;

test('server: 65 535 fragments without end stay within the limits', () => {
  const { receive, server } = scriptedServer();
  for (let fragment = 0; fragment < 0xffff; fragment++)
    receive(request({ flags1: idempotent | frag | nofack, fragment, serial: fragment }, bytes(64)));
  expect(server.usage.reassembly).toBeLessThanOrEqual(0x200000);
  expect(server.counters.messagesRefused).toBeLessThanOrEqual(2);
});

test('server: 65 535 fragments of which the first never comes keep a window of them', () => {
  const { receive, server } = scriptedServer();
  for (let fragment = 1; fragment <= 0xffff; fragment++)
    receive(request({ flags1: idempotent | frag | nofack, fragment, serial: fragment }, bytes(64)));
  expect(server.usage.fragments).toBeLessThanOrEqual(96);
  expect(server.counters.fragmentsRefused).toBeGreaterThan(65_000);
});

test('server: a first fragment in each of 30 000 names leaves no more behind than the limits allow', () => {
  const { receive, server, advance } = scriptedServer();
  const newUuid = uuidSource(seededRandom(3));
  let sent = 0;
  for (let n = 0; n < 30_000; n++) {
    const from = { host: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, port: 1_024 + (n % 60_000) };
    receive(request({ flags1: n % 2 === 0 ? frag : 0, activity: newUuid(), fragment: 0 }, bytes(16)), from);
    sent += 96;
  }
  expect(server.usage.callbacks).toBeLessThanOrEqual(4_096);
  expect(server.size.activities).toBeLessThanOrEqual(16_384);
  expect(server.counters.packetsOut).toBeLessThanOrEqual(3 * (sent / 80));
  advance(1_000_000);
  expect(server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
  expect(server.usage).toEqual({ fragments: 0, reassembly: 0, callbacks: 0, peers: 0 });
});

test('client: 65 535 response fragments stay within the limits and end the call', () => {
  const { receive, takeOne, call, events, client } = scriptedClient();
  call();
  const asked = takeOne('request');
  for (let fragment = 0; fragment < 0xffff; fragment++)
    receive(response(asked, bytes(64), { flags1: frag | nofack, fragment, serial: fragment }));
  expect(events).toMatchObject([{ kind: 'violation' }]);
  expect(client.counters.messagesRefused).toBe(1);
});
