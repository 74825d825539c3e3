import type { Uuid } from '../bytes/uuid.ts';
import type { ClusterSession, ClusterTarget } from '../client/cluster-session.ts';
import type { ClientSettings } from '../machine/cl/dialects.ts';
import type { Address } from '../machine/contract.ts';
import { PortBroker } from '../ports/broker.ts';
import type { PortSnapshot } from '../ports/lease.ts';
import { configuredPool, dynamicPool, type PortPool } from '../ports/pool.ts';
import { CLIENT_PROFILES, type RuntimeOptions } from '../ports/profiles.ts';
import { parsePortRanges } from '../ports/ranges.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import type { Network } from '../transport/network.ts';
import { newUuid, seededRandom } from '../transport/random.ts';
import { udpNetwork } from '../transport/udp.ts';
import { EmulatedProcess } from './emulated-process.ts';
import type { EmulatedHost } from './host.ts';
import { checkExposure } from './loopback.ts';
import type { EmulatedOpenLimits } from './machine-face.ts';
import { type FailureRate, OpenFailures, type RejectedCall } from './open-failures.ts';

export interface ClientMachineOptions extends RuntimeOptions {
  /** Default: UDP of this machine. */
  readonly network?: Network;
  /** Its own address: two machines at one address would take each other's ports. Default 127.0.0.1. */
  readonly address?: string;
  /** Allows an address that other machines reach. */
  readonly expose?: boolean;
  /** `5000-5019`, or a pool out of a registry; default: the dynamic ports of Windows 2000. */
  readonly ports?: string | PortPool;
  /** The hosts that it knows by name. */
  readonly hosts?: readonly EmulatedHost[];
  readonly failures?: FailureRate;
  /** Decides the failures. Default 1. */
  readonly seed?: number;
  /** Default: random ones. */
  readonly newUuid?: () => Uuid;
  /** Timers of its RPC runtime. */
  readonly settings?: Partial<ClientSettings>;
}

/** The program that `open` of the machine itself belongs to. */
const MAIN = 'main';

/**
 * An emulated Windows client machine: a port broker, programs, and in each a datagram runtime whose sockets are bound at the
 * machine's address, on exactly the ports that are leased. It is an EmulatedMachine for `installEmulator`.
 */
export class ClientMachine {
  readonly address: string;
  readonly broker: PortBroker;
  /** Which opens fail: add rules to it. */
  readonly failures: OpenFailures;
  readonly network: Network;
  readonly newUuid: () => Uuid;
  readonly settings: Partial<ClientSettings>;
  readonly #options: ClientMachineOptions;
  readonly #processes = new Map<string, EmulatedProcess>();

  /** Throws LocalMisuseError for options that cannot be. */
  constructor(options: ClientMachineOptions = {}) {
    const { network = udpNetwork, address = '127.0.0.1', ports } = options;
    checkExposure(network, address, options);
    if (options.profile !== undefined && !Object.hasOwn(CLIENT_PROFILES, options.profile)) {
      throw invalidOption(
        `there is no client profile ${JSON.stringify(options.profile)}`,
        `Take one of ${Object.keys(CLIENT_PROFILES).join(', ')}.`,
      );
    }
    this.network = network;
    this.address = address;
    this.newUuid = options.newUuid ?? newUuid;
    this.settings = options.settings ?? {};
    this.failures = new OpenFailures(seededRandom(options.seed ?? 1), options.failures);
    this.broker = new PortBroker(
      typeof ports === 'string' ? configuredPool(parsePortRanges(ports)) : (ports ?? DYNAMIC),
    );
    this.#options = options;
  }

  /** Starts a program. Throws LocalMisuseError while one of the same id runs. */
  startProcess(id: string): EmulatedProcess {
    const process = new EmulatedProcess(this, id, this.#options);
    this.#processes.set(id, process);
    return process;
  }

  /** Programs that run, by id. */
  get processes(): ReadonlyMap<string, EmulatedProcess> {
    return this.#processes;
  }

  /** The ports of all programs that run. */
  snapshot(): PortSnapshot {
    return this.broker.snapshot();
  }

  /** Whether a host of this machine has that name. */
  knows(name: string): boolean {
    return this.#hosts.some((host) => host.knows(name));
  }

  /** Opens in the program `main`, which starts with the first open. */
  async open(name: string, limits?: EmulatedOpenLimits): Promise<ClusterSession> {
    const main = this.#processes.get(MAIN) ?? this.startProcess(MAIN);
    return main.open(name, limits);
  }

  /** Opens that wait for a port, without a time limit, that no closing port will bring. */
  get blockedOpens(): number {
    let sum = 0;
    for (const process of this.#processes.values()) sum += process.blockedOpens;
    return sum;
  }

  giveUpWaits(reason: unknown): void {
    for (const process of this.#processes.values()) process.giveUpWaits(reason);
  }

  targetOf(name: string): ClusterTarget {
    const host = this.#hosts.find((each) => each.knows(name));
    if (host !== undefined) return { host: host.address, mapperPort: host.mapperPort };
    const known = this.#hosts.map(({ model }) => model.name).join(', ');
    throw new LocalMisuseError(`the emulated machine knows no cluster ${name}; it knows ${known || 'none'}`);
  }

  rejectNext(target: ClusterTarget, from: Address, on: RejectedCall): () => void {
    const host = this.#hosts.find(
      ({ address, mapperPort }) => address === target.host && mapperPort === target.mapperPort,
    );
    if (host === undefined) throw new LocalMisuseError('only an emulated host can be made to reject a call');
    return host.rejectNext(from, on);
  }

  onEnd(process: EmulatedProcess): void {
    this.#processes.delete(process.id);
  }

  /** Switches the machine off: every program ends. */
  async close(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.end()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #hosts(): readonly EmulatedHost[] {
    return this.#options.hosts ?? [];
  }
}

const DYNAMIC = dynamicPool({ majorVersion: 5 });
