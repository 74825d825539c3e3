import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { PduMessage } from '../../src/transport/endpoint.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { CLIENT, pair, SERVER } from '../machine/cl/pair.ts';
import { vectors } from '../vectors/index.ts';
import { heap } from './heap.ts';
import { mutator } from './mutate.ts';

export interface FuzzResult {
  /** Whether an honest call still got its answer at the end. */
  readonly answered: boolean;
  /** What the machines remember at the end, before any time-out. */
  readonly remembered: number;
  /** Heap growth after the first half, bytes. */
  readonly growth: number;
}

/** Throws `count` bad datagrams at a client with calls in progress and at a server, from right and wrong addresses. */
export async function fuzzMachines(count: number, seed: number): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const both = await pair({ seed, work: () => (random() < 0.3 ? null : 5) });
  const { client, server, clientEnd, serverEnd, network } = both;
  const stranger = await network.bind({ host: '10.0.0.66', port: 135 }, () => {});
  const honest = record(() => {
    for (let i = 0; i < 12; i++) both.call(Uint8Array.of(i), (['at-most-once', 'idempotent', 'maybe'] as const)[i % 3]);
    both.advance(5_000);
  });
  const bad = mutator([...vectors.map(({ datagram }) => datagram), ...honest], random);
  let half = 0;
  for (let i = 0; i < count; i++) {
    const from = random() < 0.7 ? (i % 2 === 0 ? CLIENT : SERVER) : stranger.local;
    if (i % 2 === 0) serverEnd.deliver(bad(), from);
    else clientEnd.deliver(bad(), from);
    if (i % 64 === 0) both.call(Uint8Array.of(i), 'at-most-once');
    if (i % 16 === 0) both.advance(20 * random());
    if (i === Math.floor(count / 2)) half = heap();
    both.events.length = 0;
    both.serverEvents.length = 0;
    both.executed.clear();
  }
  const growth = heap() - half;
  const remembered = client.size.activities + server.size.activities + server.size.calls;
  await stranger.close();
  return { answered: await stillAnswers(seed, both), remembered, growth };
}

/** A fresh client against the same server: what an honest user of it sees. */
async function stillAnswers(seed: number, used: Awaited<ReturnType<typeof pair>>): Promise<boolean> {
  used.advance(400_000);
  for (let attempt = 0; attempt < 20; attempt++) {
    const stub = Uint8Array.of(0xaa, attempt, seed);
    if (used.finish(used.call(stub), 60_000)?.kind === 'response') return true;
  }
  return false;
}

/** The datagrams of an honest conversation of this pair: requests, callbacks, answers, pings and acknowledgements. */
function record(run: () => void): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  const tap = (message: unknown) => datagrams.push((message as PduMessage).datagram.slice());
  subscribe('clusrpc:pdu', tap);
  run();
  unsubscribe('clusrpc:pdu', tap);
  return datagrams;
}
