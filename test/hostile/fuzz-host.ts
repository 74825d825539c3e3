import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { openSession } from '../../src/client/cluster-session.ts';
import { RpcClient } from '../../src/client/rpc-client.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import type { Address } from '../../src/machine/contract.ts';
import type { PduMessage } from '../../src/transport/endpoint.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';
import { SimulatedNetwork } from '../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';
import { vectors } from '../vectors/index.ts';
import { heap } from './heap.ts';
import { mutator } from './mutate.ts';

export interface HostFuzzResult {
  /** Whether an honest open still succeeds at the end. */
  readonly opened: boolean;
  /** Heap growth over the second half, bytes. */
  readonly growth: number;
}

/** Throws `count` bad datagrams at the mapper and the Cluster service of an emulated host. */
export async function fuzzHost(count: number, seed: number): Promise<HostFuzzResult> {
  const random = seededRandom(seed);
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed });
  const host = await EmulatedHost.start({
    network,
    address: '10.0.0.5',
    epmPort: 135,
    seed,
    newUuid: uuidSource(random),
  });
  const honest = await record(() => openAndClose(network, host, random));
  const bad = mutator([...vectors.map(({ datagram }) => datagram), ...honest], random);
  const attacker = await network.bind({ host: '10.0.0.66', port: 4_444 }, () => {});
  const targets: readonly Address[] = [135, host.addresses.clusapiUdp ?? 135].map((port) => ({
    host: '10.0.0.5',
    port,
  }));
  let half = 0;
  for (let i = 0; i < count; i++) {
    attacker.send(bad(), targets[i % 2] as Address);
    if (i % 32 === 0) clock.runUntil(clock.now() + 100 * random());
    if (i % 4_096 === 0) await new Promise(setImmediate);
    if (i === count >> 1) half = heap();
  }
  const growth = heap() - half;
  const opened = await openAndClose(network, host, random);
  await attacker.close();
  await host.close();
  return { opened, growth };
}

/** An honest open and close, virtual time going on while it waits. */
async function openAndClose(network: SimulatedNetwork, host: EmulatedHost, random: () => number): Promise<boolean> {
  const client = await RpcClient.open({ network, localAddress: '10.0.0.9', newUuid: uuidSource(random) });
  const target = { host: host.address, mapperPort: 135 };
  const work = openSession(client, target).then((session) => session.close());
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  while (!ended) {
    await new Promise(setImmediate);
    if (!ended) network.clock.step();
  }
  await client.close();
  return (await work.catch((error: unknown) => error)) === null;
}

async function record(run: () => Promise<unknown>): Promise<Uint8Array[]> {
  const datagrams: Uint8Array[] = [];
  const tap = (message: unknown) => datagrams.push((message as PduMessage).datagram.slice());
  subscribe('clusrpc:pdu', tap);
  await run();
  unsubscribe('clusrpc:pdu', tap);
  return datagrams;
}
