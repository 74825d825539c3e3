import { PcapngWriter } from '../../src/capture/writers.ts';
import { ClusterClient } from '../../src/client/cluster-client.ts';
import { RpcClient } from '../../src/client/rpc-client.ts';
import {
  ApiCloseCluster,
  ApiCreateEnum,
  ApiGetClusterName,
  ApiOpenCluster,
  CLUSAPI_OPERATIONS,
  CLUSAPI_V2,
} from '../../src/interface/clusapi/index.ts';
import type { Address } from '../../src/machine/contract.ts';
import { NIL_CONTEXT_HANDLE } from '../../src/ndr/context-handle.ts';
import { PortBroker } from '../../src/ports/broker.ts';
import { configuredPool } from '../../src/ports/pool.ts';
import { CLIENT_PROFILES, type ClientProfileName, type FailureKind } from '../../src/ports/profiles.ts';
import { type RpcOperation, RpcServer } from '../../src/server/rpc-server.ts';
import type { DatagramSocket, Deliver, Network } from '../../src/transport/network.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';
import { type LinkConditions, SimulatedNetwork } from '../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

export const SERVER = { host: '10.0.0.5', port: 1047 };
export const CLIENT_HOST = '10.0.0.9';

export interface WorldOptions {
  readonly seed?: number;
  /** What the capture is taken on. */
  readonly tap?: 'client' | 'server';
  readonly conditions?: (from: Address, to: Address) => Partial<LinkConditions>;
  /** A firewall on the way: true drops. */
  readonly drops?: (datagram: Uint8Array, from: Address) => boolean;
  readonly operations?: Readonly<Record<number, RpcOperation>>;
}

/** A cluster host and a client machine on a simulated network, and the capture of one of them. */
export async function world(options: WorldOptions = {}) {
  const { seed = 1, tap = 'client', conditions = () => ({}), drops = () => false } = options;
  const clock = new VirtualClock();
  const simulated = new SimulatedNetwork({ clock, seed, conditions });
  const tapped = tap === 'client' ? CLIENT_HOST : SERVER.host;
  const writer = new PcapngWriter();
  const pieces: Uint8Array[] = [writer.header()];
  const record = (from: Address, to: Address, payload: Uint8Array) =>
    pieces.push(writer.packet({ timestampMs: clock.now(), from, to, payload }));
  const network: Network = {
    clock,
    async bind(local: Address, deliver: Deliver): Promise<DatagramSocket> {
      const isTapped = local.host === tapped;
      const socket = await simulated.bind(local, (datagram, from) => {
        if (isTapped) record(from, socket.local, datagram);
        deliver(datagram, from);
      });
      const send = (datagram: Uint8Array, to: Address) => {
        if (isTapped) record(socket.local, to, datagram);
        if (!drops(datagram, socket.local)) socket.send(datagram, to);
      };
      return { ...socket, send };
    },
  };
  const newUuid = uuidSource(seededRandom(seed + 1_000));
  const operations = Object.entries({ ...CLUSTER, ...options.operations });
  const table: (RpcOperation | undefined)[] = [];
  for (const [opnum, operation] of operations) table[Number(opnum)] = operation;
  let servers = 0;
  const startServer = async () => {
    const server = await RpcServer.open({
      network,
      local: SERVER,
      newUuid,
      bootTime: 1_047_945_600 + 1_000 * servers++,
    });
    server.serve({ uuid: CLUSAPI_V2.uuid, version: CLUSAPI_V2.version, operations: table });
    return server;
  };
  return {
    clock,
    network,
    newUuid,
    server: await startServer(),
    startServer,
    capture: () => Buffer.concat(pieces),
    /** Runs virtual time until the work is done. */
    async run<T>(work: Promise<T>): Promise<T> {
      let isDone = false;
      const done = () => {
        isDone = true;
      };
      work.then(done, done);
      await turn();
      while (!isDone) {
        clock.step();
        await turn();
      }
      return work;
    },
    /** A client on one port, as the runtime of Windows 2000 makes one for each binding. */
    client: (port: number, process = newUuid()) =>
      RpcClient.open({
        to: SERVER,
        localAddress: CLIENT_HOST,
        localPorts: [port],
        network,
        newUuid,
        addressSpace: process,
      }),
  };
}

export type World = Awaited<ReturnType<typeof world>>;

/** Opens and closes the cluster once from that port. */
export async function openAndClose(of: World, port: number, process?: Uint8Array): Promise<void> {
  const client = await of.client(port, process);
  try {
    const cluster = new ClusterClient(client.bind(SERVER));
    await of.run(cluster.name());
    const handle = await of.run(cluster.open());
    await of.run(cluster.nodes());
    await of.run(cluster.close(handle));
  } finally {
    await of.run(client.close());
  }
}

export interface MachineRun {
  readonly profile: ClientProfileName;
  readonly opens: number;
  readonly everyMs: number;
  /** Which opens fail, counted from 0. */
  readonly fails: (open: number) => boolean;
  readonly failure: FailureKind;
  readonly seed?: number;
}

/** A program on an emulated client machine opens the cluster again and again; what failing opens send is lost. */
export async function machineRun({ profile, opens, everyMs, fails, failure, seed = 1 }: MachineRun): Promise<Buffer> {
  let isCut = false;
  const of = await world({ seed, conditions: () => (isCut ? { loss: 1 } : {}) });
  const pool = configuredPool([{ first: 5000, last: 5099 }]);
  const { onFailure, reuse } = CLIENT_PROFILES[profile];
  const process = of.newUuid();
  const { runtime } = new PortBroker(pool).startProcess('program', { onFailure, reuse });
  const { clock } = of;
  const start = clock.now();
  for (let open = 0; open < opens; open++) {
    clock.runUntil(Math.max(clock.now(), start + open * everyMs));
    const result = runtime.open(clock.now());
    if (result.kind !== 'leased') continue;
    const willFail = fails(open);
    if (willFail && failure === 'no-memory') {
      // It fails before it sends anything.
      runtime.fail(result.lease, failure, clock.now());
      continue;
    }
    isCut = willFail;
    const failed = await openAndClose(of, result.lease.port, process).then(
      () => false,
      () => true,
    );
    isCut = false;
    if (failed) runtime.fail(result.lease, failure, clock.now());
    else runtime.close(result.lease, clock.now());
  }
  clock.runUntil(clock.now() + 60_000);
  return of.capture();
}

const SUCCESS = 0;
const HANDLE = { ...NIL_CONTEXT_HANDLE, uuid: Uint8Array.from({ length: 16 }, (_, i) => i + 1) };

const CLUSTER: Readonly<Record<number, RpcOperation>> = {
  [CLUSAPI_OPERATIONS.ApiOpenCluster]: () => ApiOpenCluster.encodeResponse({ status: SUCCESS, cluster: HANDLE }),
  [CLUSAPI_OPERATIONS.ApiCloseCluster]: () =>
    ApiCloseCluster.encodeResponse({ status: SUCCESS, cluster: NIL_CONTEXT_HANDLE }),
  [CLUSAPI_OPERATIONS.ApiGetClusterName]: () =>
    ApiGetClusterName.encodeResponse({ clusterName: 'CLUSTER1', nodeName: 'NODE1', status: SUCCESS }),
  [CLUSAPI_OPERATIONS.ApiCreateEnum]: () =>
    ApiCreateEnum.encodeResponse({ entries: [{ type: 1, name: 'NODE1' }], status: SUCCESS }),
};

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
