import type { SessionLimits } from '../../src/client/cluster-queries.ts';
import { type ClusterTarget, openSession } from '../../src/client/cluster-session.ts';
import { RpcClient } from '../../src/client/rpc-client.ts';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { VirtualTime } from '../../src/emulator/virtual-time.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';
import { type LinkConditions, SimulatedNetwork } from '../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

export const HOST = '192.0.2.10';
export const CLIENT = '192.0.2.20';

export interface VirtualHostOptions extends Omit<EmulatedHostOptions, 'network'> {
  readonly conditions?: Partial<LinkConditions>;
}

/** An emulated host on a simulated network, with a client that has one socket. */
export async function virtualHost({ conditions = {}, ...options }: VirtualHostOptions = {}) {
  const seed = options.seed ?? 1;
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed, conditions });
  const newUuid = uuidSource(seededRandom(seed + 1_000));
  const time = new VirtualTime({ clock });
  const host = await EmulatedHost.start({ network, address: HOST, epmPort: 135, newUuid, ...options });
  const rpc = await RpcClient.open({
    network,
    localAddress: CLIENT,
    localPorts: [5000],
    newUuid,
    addressSpace: newUuid(),
  });
  const mapper = () => rpc.bind({ host: HOST, port: 135 });
  const target: ClusterTarget = { host: HOST, mapperPort: 135 };
  const open = (to: Partial<ClusterTarget> = {}, limits?: SessionLimits) =>
    time.run(() => openSession(rpc, { ...target, ...to }, limits));
  return { clock, network, newUuid, time, host, rpc, mapper, open };
}

/** The error that a promise rejects with; throws when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it did not reject');
}
