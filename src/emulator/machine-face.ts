import type { Uuid } from '../bytes/uuid.ts';
import type { SessionLimits } from '../client/cluster-queries.ts';
import type { ClusterTarget } from '../client/cluster-session.ts';
import type { OpenLogonOptions } from '../client/open-logon.ts';
import type { Reconnect } from '../client/reconnect.ts';
import type { ClientSettings } from '../machine/cl/dialects.ts';
import type { Address } from '../machine/contract.ts';
import type { PortBroker } from '../ports/broker.ts';
import type { LeaseState } from '../ports/lease.ts';
import type { Network } from '../transport/network.ts';
import type { OpenFailures, RejectedCall } from './open-failures.ts';

export interface EmulatedOpenLimits extends SessionLimits, OpenLogonOptions {
  /** ms for the whole open, the wait for a port included. */
  readonly timeout?: number | undefined;
  /** Whether, and as which Windows, a call that fails goes to another node; default `none`. */
  readonly reconnect?: Reconnect | undefined;
}

/** What `clusrpc:port` publishes: a port of an emulated machine has changed its state. */
export interface PortMessage {
  readonly time: number;
  readonly machine: string;
  readonly process: string;
  readonly port: number;
  readonly from: LeaseState;
  readonly to: LeaseState;
}

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
  /** Makes the host reject a call of that socket; answers how to take it back. */
  rejectNext(target: ClusterTarget, from: Address, on: RejectedCall): () => void;
  onEnd(process: { readonly id: string }): void;
}
