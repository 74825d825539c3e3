import { type ClusterSession, withQueries } from '../client/cluster-session.ts';
import type { VirtualClock } from '../transport/virtual-clock.ts';
import type { ClientMachine } from './client-machine.ts';
import type { EmulatedOpenLimits } from './machine-face.ts';
import { VirtualTime } from './virtual-time.ts';

/** Something that opens clusters: a machine, or one of its programs. */
export interface Opener {
  /** Opens a cluster by a name that the machine knows. Throws what `openCluster` throws, Win32Error 1721 when no port is left. */
  open(name: string, limits?: EmulatedOpenLimits): Promise<ClusterSession>;
}

/** The driver for the opens of a machine: a wait for a port that no closing port ends is a standstill. */
export function timeOf(machine: ClientMachine, clock: VirtualClock): VirtualTime {
  return new VirtualTime({
    clock,
    blocked: () => machine.blockedOpens,
    onStandstill: (error) => machine.giveUpWaits(error),
  });
}

/** The same opener, whose promises, and those of the sessions, let virtual time go on by themselves. */
export function onVirtualTime(opener: Opener, time: VirtualTime): Opener {
  return {
    open: async (name, limits) => {
      const session = await time.run(() => opener.open(name, limits));
      return {
        ...withQueries(session, (ask) => time.run(ask)),
        close: (options) => time.run(() => session.close(options)),
      };
    },
  };
}
