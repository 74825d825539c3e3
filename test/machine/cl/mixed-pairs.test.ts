import { expect, test } from 'vitest';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { SimulatedNetwork } from '../../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../../src/transport/virtual-clock.ts';
import { C706Client, type C706Outcome } from './c706/client.ts';
import { C706Server } from './c706/server.ts';
import { type End, mixedRun, openServer } from './mixed-run.ts';
import { BOOT, CLIENT, ECHO, SERVER } from './pair.ts';

/* scripts/mixed-pairs.ts runs more seeds and prints a table. */

const LENGTHS = [100, 5_000, 20_000, 60_000];
const PAIRS: readonly (readonly [End, End])[] = [
  ['peer', 'liberal'],
  ['liberal', 'peer'],
  ['peer', 'windows'],
  ['windows', 'peer'],
  ['peer', 'c706'],
  ['c706', 'peer'],
  ['windows', 'c706'],
  ['c706', 'windows'],
  ['liberal', 'liberal'],
];

async function runs(client: End, server: End, loss: number, seeds: number) {
  const results = [];
  for (let seed = 1; seed <= seeds; seed++)
    results.push(await mixedRun({ client, server, loss, seed, lengths: LENGTHS }));
  return {
    failed: results.flatMap(({ failed }) => failed),
    twice: results.reduce((sum, { twice }) => sum + twice, 0),
    slowest: Math.max(...results.flatMap(({ times }) => times)),
  };
}

test.each(PAIRS)(
  'client %s and server %s: no call fails where one datagram in twenty is lost, doubled or late',
  async (client, server) => {
    expect(await runs(client, server, 0.05, 12)).toMatchObject({ failed: [], twice: 0 });
  },
);

test.each([
  ['peer', 'liberal'],
  ['liberal', 'peer'],
  ['liberal', 'liberal'],
] as const)('client %s and server %s: no call fails where one in seven is', async (client, server) => {
  expect(await runs(client, server, 0.15, 12)).toMatchObject({ failed: [], twice: 0 });
});

test.each(PAIRS)('client %s and server %s: nothing is executed twice where one in three is', async (client, server) => {
  expect((await runs(client, server, 0.3, 5)).twice).toBe(0);
});

test.each(PAIRS)(
  'client %s and server %s: no call stalls without loss, not one of a mebibyte either',
  async (client, server) => {
    const { failed, times } = await mixedRun({ client, server, loss: 0, seed: 1, lengths: [65_536, 1_048_576] });
    expect(failed).toEqual([]);
    // 1 ms of jitter each way and a burst of a few fragments at a time: no timer of 500 ms or more has a part in it.
    expect(times[0]).toBeLessThan(100);
    expect(times[1]).toBeLessThan(1_600);
  },
);

test('a C706 client goes on over a socket of another port, and every call of it is answered there', async () => {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed: 1 });
  const newUuid = uuidSource(seededRandom(9));
  await new C706Server({ network, bootTime: BOOT, newUuid, execute: (stub) => stub }).open(SERVER);
  const client = new C706Client(network, SERVER, ECHO, newUuid);
  const ours = { ...SERVER, port: SERVER.port + 1 };
  await openServer('liberal', network, newUuid, (stub) => stub, ours);
  const toOurs = new C706Client(network, ours, ECHO, newUuid);
  for (const peer of [client, toOurs])
    for (let port = 0; port < 3; port++) {
      await peer.open({ ...CLIENT, port: CLIENT.port + 10 * port + (peer === client ? 0 : 5) });
      const outcomes: C706Outcome[] = [];
      const since = clock.now();
      peer.call(Uint8Array.of(1, 2), false, (outcome) => outcomes.push(outcome));
      while (outcomes.length === 0 && clock.step(since + 60_000));
      expect(outcomes).toEqual([{ stub: Uint8Array.of(1, 2) }]);
      expect(clock.now() - since).toBeLessThan(10);
    }
});
