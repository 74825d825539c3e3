import { type ClusterSession, withClose } from '../client/cluster-session.ts';
import { ClientMachine } from '../emulator/client-machine.ts';
import { EmulatedHost } from '../emulator/host.ts';
import { claimLoopbackPair } from '../emulator/loopback.ts';
import type { OpenLimits } from './backend.ts';

/**
 * A cluster of that name for one open, where no emulator is installed: host and client machine over loopback UDP, which end
 * with the session.
 */
export async function openInOwnEmulator(name: string, limits: OpenLimits): Promise<ClusterSession> {
  const pair = await claimLoopbackPair();
  const ends: (() => Promise<void>)[] = [() => pair.release()];
  const end = async () => {
    for (const each of ends.splice(0).reverse()) await each();
  };
  try {
    const host = await EmulatedHost.start({ address: pair.host, clusterName: name });
    ends.push(() => host.close());
    const machine = new ClientMachine({ address: pair.client, hosts: [host] });
    ends.push(() => machine.close());
    return withClose(await machine.open(name, limits), end);
  } catch (error) {
    await end();
    throw error;
  }
}
