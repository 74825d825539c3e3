import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { lookupEndpoints } from '../../src/client/endpoint-mapper.ts';
import type { PduMessage } from '../../src/transport/endpoint.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { HOST, virtualHost } from './kit.ts';

const DATAGRAMS = 30_000;

test('mutated datagrams at mapper and service do not throw, pile up or silence the host', async () => {
  const { open, host, network, clock, mapper, time } = await virtualHost();
  const sent: Uint8Array[] = [];
  const collect = (message: unknown) => {
    const { direction, datagram, remote } = message as PduMessage;
    if (direction === 'out' && remote.host === HOST) sent.push(datagram.slice());
  };
  subscribe('clusrpc:pdu', collect);
  const cluster = await open({ resolution: 'forward' });
  await open();
  await time.run(() => cluster.close());
  await time.run(async () => {
    for await (const _ of lookupEndpoints(mapper()));
  });
  unsubscribe('clusrpc:pdu', collect);
  expect(sent.length).toBeGreaterThan(12);
  host.faults.add({ on: 'ept_map', nth: 1_000_000, action: 'drop' });

  const attacker = await network.bind({ host: '192.0.2.66', port: 6_666 }, () => {});
  const random = seededRandom(99);
  const below = (n: number) => Math.floor(random() * n);
  for (let i = 0; i < DATAGRAMS; i++) {
    const datagram = (sent[below(sent.length)] as Uint8Array).slice();
    for (let flips = below(6); flips >= 0; flips--) datagram[below(datagram.length)] = below(256);
    const cut = random() < 0.2 ? datagram.subarray(0, below(datagram.length)) : datagram;
    attacker.send(cut, { host: HOST, port: random() < 0.5 ? 135 : (host.addresses.clusapiUdp ?? 0) });
    clock.runUntil(clock.now() + 10);
  }
  expect(host.counters.packetsIn).toBeGreaterThan(DATAGRAMS / 2);
  expect(host.counters.garbage).toBeGreaterThan(1_000);
  expect((await open()).name).toBe('CLUSTER1');
  await attacker.close();
  await time.advance('11m');
  expect(host.counters.handles).toBe(2);
});
