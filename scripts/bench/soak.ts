import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { openCluster } from '../../src/open/open-cluster.ts';
import { soak } from '../../src/soak/index.ts';
import type { PduMessage } from '../../src/transport/endpoint.ts';

/** Pairs before the clock runs: a cold engine says little. */
const WARM_UP = 200;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export interface VirtualSoak {
  readonly cyclesPerSecond: number;
  /** Bytes more on the heap, report included, than before the run. */
  readonly heapGrowth: number;
  /** The same in the middle of the run, when all that a run needs is there. */
  readonly heapInTheMiddle: number;
}

/** A load of which one open in five fails, on a fixed machine, so that ports circulate from the first cycle to the last. */
export async function virtualSoak(cycles: number): Promise<VirtualSoak> {
  let middle = Number.NaN;
  const options = { ports: '5000-5019', everyMs: 20_000, failureRate: 0.2, clientProfile: 'windows-2000-sp4' } as const;
  const start = performance.now();
  await soak('emulated', { ...options, cycles });
  const seconds = (performance.now() - start) / 1000;
  const before = heap();
  const onStep = ({ cycle }: { cycle: number }) => {
    if (cycle === Math.floor(cycles / 2)) middle = heap();
  };
  const report = await soak('emulated', { ...options, cycles, onStep });
  const after = heap();
  if (report.cycles !== cycles) throw new Error('the soak did not run to its end');
  return { cyclesPerSecond: cycles / seconds, heapGrowth: after - before, heapInTheMiddle: middle - before };
}

/** Opens and closes of a cluster a second over the wire, each from a socket of its own, `concurrency` at a time. */
export async function openClosePairs(count: number, concurrency: number): Promise<number> {
  const host = await EmulatedHost.start();
  const worker = async (pairs: number) => {
    for (let i = 0; i < pairs; i++) await openAndClose(host);
  };
  await worker(WARM_UP);
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, () => worker(count / concurrency)));
  const seconds = (performance.now() - start) / 1000;
  await host.close();
  return count / seconds;
}

/** How often one open and close goes there and back, callbacks included. */
export async function roundTripsOfPair(): Promise<number> {
  const host = await EmulatedHost.start();
  let sent = 0;
  const onPdu = (message: unknown) => {
    if ((message as PduMessage).direction === 'out') sent += 1;
  };
  subscribe('clusrpc:pdu', onPdu);
  await openAndClose(host);
  unsubscribe('clusrpc:pdu', onPdu);
  await host.close();
  return sent / 2;
}

async function openAndClose({ address, addresses }: EmulatedHost): Promise<void> {
  const cluster = await openCluster(address, { backend: 'wire', endpointMapperPort: addresses.epmUdp ?? 0 });
  await cluster.close();
}

/** After a collection, so that only what is kept counts. */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
