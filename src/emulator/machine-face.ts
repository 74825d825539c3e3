import type { Uuid } from '../bytes/uuid.ts';
import type { ClusterTarget } from '../client/cluster-session.ts';
import type { ClientSettings } from '../machine/cl/dialects.ts';
import type { Address } from '../machine/contract.ts';
import type { PortBroker } from '../ports/broker.ts';
import type { Network } from '../transport/network.ts';
import type { EmulatedProcess } from './emulated-process.ts';
import type { OpenFailures } from './open-failures.ts';

/** The machine, as far as its processes need it. */
export interface MachineFace {
  readonly network: Network;
  readonly address: string;
  readonly broker: Pick<PortBroker, 'startProcess'>;
  readonly newUuid: () => Uuid;
  readonly settings: Partial<ClientSettings>;
  readonly failures: OpenFailures;
  /** Throws LocalMisuseError for a name that no host of the machine has. */
  targetOf(name: string): ClusterTarget;
  /** Makes the host reject the next call of that socket; answers how to take it back. */
  rejectNext(target: ClusterTarget, from: Address): () => void;
  onEnd(process: EmulatedProcess): void;
}
