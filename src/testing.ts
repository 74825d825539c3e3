import type { ClusterSession } from './client/cluster-session.ts';
import { ENDPOINT_MAPPER_PORT } from './client/endpoint-mapper.ts';
import type { AccessOptions } from './emulator/access.ts';
import type { LoggedCall } from './emulator/call-log.ts';
import { ClientMachine } from './emulator/client-machine.ts';
import type { FaultRateOptions } from './emulator/fault-rates.ts';
import type { FaultRule } from './emulator/fault-rules.ts';
import { EmulatedHost, type HostAddresses } from './emulator/host.ts';
import type { HostCounters } from './emulator/host-counters.ts';
import { datagramHostProfile, type HostProfileName } from './emulator/host-profiles.ts';
import { claimLoopbackPair } from './emulator/loopback.ts';
import { type Opener, onVirtualTime, timeOf } from './emulator/on-virtual-time.ts';
import type { FailureRate, InjectedFailure } from './emulator/open-failures.ts';
import { accountOf, type EmulatedUser } from './emulator/user-file.ts';
import type { VirtualTime } from './emulator/virtual-time.ts';
import type { EmulatedMachine, OpenLimits } from './open/backend.ts';
import { installEmulator } from './open/installed.ts';
import type { PortSnapshot } from './ports/lease.ts';
import type { RuntimeOptions } from './ports/profiles.ts';
import { type Duration, durationMs } from './status/duration.ts';
import { LocalMisuseError } from './status/errors.ts';
import { invalidOption } from './status/options.ts';
import type { Network } from './transport/network.ts';
import { seededRandom, uuidSource } from './transport/random.ts';
import { type LinkConditions, SimulatedNetwork } from './transport/simulated-network.ts';
import { udpNetwork } from './transport/udp.ts';
import { VirtualClock } from './transport/virtual-clock.ts';

export type { ClusterQueries, SessionLimits } from './client/cluster-queries.ts';
export type { ClusterSession } from './client/cluster-session.ts';
export type { ClusterChange, ClusterNotifications } from './client/notifications.ts';
export type { Reconnect } from './client/reconnect.ts';
export type { CallResult, LoggedCall } from './emulator/call-log.ts';
export type { FaultRateOptions, FaultRates } from './emulator/fault-rates.ts';
export type { FaultAction, FaultRule, StatusName } from './emulator/fault-rules.ts';
export type { HostAddresses } from './emulator/host.ts';
export type { HostCounters } from './emulator/host-counters.ts';
export { HOST_PROFILES, type HostProfileName } from './emulator/host-profiles.ts';
export type { EmulatedOpenLimits } from './emulator/machine-face.ts';
export type { Opener } from './emulator/on-virtual-time.ts';
export { type FailureRate, INJECTED_FAILURES, type InjectedFailure } from './emulator/open-failures.ts';
export type { EmulatedUser } from './emulator/user-file.ts';
export type { OpenLimits } from './open/backend.ts';
export type { PortSnapshot } from './ports/lease.ts';
export type { RuntimeOptions } from './ports/profiles.ts';
export type { Duration } from './status/duration.ts';
export type { LinkConditions } from './transport/simulated-network.ts';

/** The cluster host, the machine that opens it and the network between them. Every setting has a default: `startEmulator()` is a whole laboratory. */
export interface EmulatorOptions extends Pick<AccessOptions, 'requireAuth' | 'minAuth' | 'mayOpen'> {
  readonly cluster?: {
    /** Default CLUSTER1. */
    readonly name?: string;
    /** Default NODE1 and NODE2. */
    readonly nodes?: readonly string[];
    /** Besides `Cluster Group`. */
    readonly groups?: readonly { readonly name: string; readonly resources?: readonly string[] }[];
  };
  /** Default windows-2000-sp3. */
  readonly hostProfile?: HostProfileName;
  readonly client?: Omit<RuntimeOptions, 'recycleAfter'> & {
    /** Such as `5000-5019`; default: the dynamic ports of Windows 2000. */
    readonly ports?: string;
    readonly recycleAfter?: Duration;
    /** Opens that fail by chance. */
    readonly failures?: FailureRate;
  };
  /** `virtual`, the default: in memory, at once, the same at every run. `real`: UDP on loopback, for child processes too. */
  readonly time?: 'virtual' | 'real';
  /** Decides everything that is random. Default 1. */
  readonly seed?: number;
  /** Faults by chance, as `emulate --fault` has them. */
  readonly faults?: FaultRateOptions | string;
  /** Whom the host knows; default: it has no NTLM, and `requireAuth` denies everybody. */
  readonly users?: readonly EmulatedUser[];
  /** How the simulated network treats datagrams; with `time: 'virtual'` only. */
  readonly link?: Partial<LinkConditions>;
}

/** A fault of the host, or `{on: 'open', action: 'no-memory'}` and the like: an open of the client machine that fails. */
export type EmulatorFault =
  | FaultRule
  | { readonly on: 'open'; readonly nth?: number; readonly times?: number; readonly action: InjectedFailure };

const VIRTUAL_HOST = '192.0.2.10';
const VIRTUAL_CLIENT = '192.0.2.20';

/**
 * Starts an emulated cluster, and an emulated Windows 2000 machine that opens it. Throws LocalMisuseError for options that
 * cannot be.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { time = 'virtual', link } = options;
  if (time !== 'virtual' && time !== 'real')
    throw invalidOption(`time is virtual or real, not ${JSON.stringify(time)}`);
  if (time === 'virtual') return startVirtual(options);
  if (link !== undefined) throw invalidOption('link conditions need time: virtual');
  const pair = await claimLoopbackPair();
  try {
    return await start(options, { network: udpNetwork, ...pair }, null);
  } catch (error) {
    await pair.release();
    throw error;
  }
}

/** A program on the emulated client machine: its opens take their ports from the same pool as those of the others. */
export interface EmulatedProgram extends Opener {
  readonly id: string;
  /** It ends, as by exit or kill: its ports come back, those that it had lost as well. */
  end(): Promise<void>;
}

/** What `startEmulator` started. Names in any case. */
export class Emulator implements EmulatedMachine {
  /** The ports of the client machine. */
  readonly ports: {
    /** How many are in which state now. */
    snapshot(): PortSnapshot;
  };
  readonly #host: EmulatedHost;
  readonly #client: ClientMachine;
  readonly #time: VirtualTime | null;
  readonly #opener: Opener;
  readonly #release: () => Promise<void>;
  readonly #uninstall = new Set<() => void>();
  #closed: Promise<void> | null = null;

  /** @internal */
  constructor(parts: {
    host: EmulatedHost;
    client: ClientMachine;
    time: VirtualTime | null;
    release: () => Promise<void>;
  }) {
    this.#host = parts.host;
    this.#client = parts.client;
    this.ports = { snapshot: () => parts.client.snapshot() };
    this.#time = parts.time;
    this.#opener = parts.time === null ? parts.client : onVirtualTime(parts.client, parts.time);
    this.#release = parts.release;
  }

  /** Where the host listens: with `time: 'real'` a value for CLUSRPC_HOSTS is `NAME=<host>:<epmUdp>`. */
  get addresses(): HostAddresses & { readonly epmUdp: number } {
    return { ...this.#host.addresses, epmUdp: this.#host.mapperPort };
  }

  /** The address that the client machine calls from. */
  get clientAddress(): string {
    return this.#client.address;
  }

  /** What the host has heard, answered and done so far. */
  get counters(): HostCounters {
    return this.#host.counters;
  }

  /** From now on `openCluster` of this process lands here for the names of this cluster; undo by the function it returns, or by `close`. */
  install(): () => void {
    this.#check();
    const remove = installEmulator(this);
    const uninstall = () => {
      this.#uninstall.delete(uninstall);
      remove();
    };
    this.#uninstall.add(uninstall);
    return uninstall;
  }

  /** Whether the name, in any case, leads to this cluster. */
  knows(name: string): boolean {
    return this.#client.knows(name);
  }

  /** Opens from the program `main` of the client machine. */
  async open(name: string, limits?: OpenLimits): Promise<ClusterSession> {
    this.#check();
    return this.#opener.open(name, limits);
  }

  /** Starts another program on the client machine; with `end` it gives its ports back. */
  startProcess(id: string): EmulatedProgram {
    this.#check();
    const process = this.#client.startProcess(id);
    const opener = this.#time === null ? process : onVirtualTime(process, this.#time);
    return { id, open: opener.open.bind(opener), end: () => process.end() };
  }

  /** Makes something go wrong; answers how to take it back. Throws LocalMisuseError, with what is known, for a fault that is not. */
  fault(fault: EmulatorFault): () => void {
    return isOpenFault(fault)
      ? this.#client.failures.add({ ...fault, kind: fault.action })
      : this.#host.faults.add(fault);
  }

  /** Lets virtual time go on: `10m`, `500ms`, or ms. Throws LocalMisuseError with `time: 'real'`. */
  async advance(duration: Duration): Promise<void> {
    this.#check();
    if (this.#time === null) throw new LocalMisuseError('real time goes on by itself: advance needs time: virtual');
    await this.#time.advance(duration);
  }

  /** ms since 1970, of the emulator's clock. */
  now(): number {
    return this.#client.network.clock.now();
  }

  /** What the host was asked, the oldest first; the last 10 000. */
  calls(operation?: string): readonly LoggedCall[] {
    return this.#host.calls(operation);
  }

  /** Moves a group to another node: see EmulatedHost.failOver. */
  failOver(group: string, node: string): Promise<void> {
    return this.#host.failOver(group, node);
  }

  /** Uninstalls it, ends every program and the host. Nothing of it keeps the process alive afterwards. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (const uninstall of this.#uninstall) uninstall();
    await this.#client.close();
    await this.#host.close();
    await this.#release();
  }

  #check(): void {
    if (this.#closed !== null) throw new LocalMisuseError('the emulator is closed');
  }
}

interface Place {
  readonly network: Network;
  readonly host: string;
  readonly client: string;
  release(): Promise<void>;
}

function startVirtual(options: EmulatorOptions): Promise<Emulator> {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed: options.seed ?? 1, conditions: options.link ?? {} });
  const release = () => Promise.resolve();
  return start(options, { network, host: VIRTUAL_HOST, client: VIRTUAL_CLIENT, release }, clock);
}

async function start(options: EmulatorOptions, place: Place, clock: VirtualClock | null): Promise<Emulator> {
  const { cluster = {}, client = {}, seed = 1, hostProfile, faults, requireAuth, users, minAuth, mayOpen } = options;
  const { network } = place;
  const { recycleAfter, ...runtime } = client;
  // Seeded UUIDs would make two emulators of one seed take each other's activities on a network that they share.
  const identity = clock === null ? {} : { newUuid: uuidSource(seededRandom(seed)) };
  const host = await EmulatedHost.start({
    network,
    address: place.host,
    epmPort: clock === null ? 0 : ENDPOINT_MAPPER_PORT,
    seed,
    ...identity,
    ...(cluster.name !== undefined && { clusterName: cluster.name }),
    ...(cluster.nodes && { nodes: cluster.nodes }),
    ...(cluster.groups && { groups: cluster.groups }),
    ...(hostProfile && { hostProfile: datagramHostProfile(hostProfile) }),
    ...(faults !== undefined && { faults }),
    ...(requireAuth !== undefined && { requireAuth }),
    ...(users && { users: users.map(accountOf) }),
    ...(minAuth && { minAuth }),
    ...(mayOpen && { mayOpen }),
  });
  try {
    const machine = new ClientMachine({
      network,
      address: place.client,
      hosts: [host],
      seed: seed + 1,
      ...identity,
      ...runtime,
      ...(recycleAfter !== undefined && { recycleAfter: durationMs(recycleAfter) }),
    });
    const time = clock === null ? null : timeOf(machine, clock);
    return new Emulator({ host, client: machine, time, release: () => place.release() });
  } catch (error) {
    await host.close();
    throw error;
  }
}

function isOpenFault(fault: EmulatorFault): fault is Extract<EmulatorFault, { on: 'open' }> {
  return fault.on.toLowerCase() === 'open';
}
