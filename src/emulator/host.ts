import type { Uuid } from '../bytes/uuid.ts';
import { sameName } from '../interface/clusapi/index.ts';
import type { ServerSettings } from '../machine/cl/dialects.ts';
import type { Address } from '../machine/contract.ts';
import { type PortRange, parsePortRanges } from '../ports/ranges.ts';
import type { RpcServer } from '../server/rpc-server.ts';
import { LocalMisuseError } from '../status/errors.ts';
import type { Network } from '../transport/network.ts';
import { seededRandom, newUuid as systemUuid } from '../transport/random.ts';
import type { StreamNetwork } from '../transport/streams.ts';
import { tcpNetwork } from '../transport/tcp.ts';
import { udpNetwork } from '../transport/udp.ts';
import { Access, type AccessOptions, type LoggedLogon } from './access.ts';
import { CallLog, type LoggedCall } from './call-log.ts';
import type { ClusterDescription } from './cluster-description.ts';
import { ClusterModel } from './cluster-model.ts';
import { EndpointMap, type Registration } from './endpoint-map.ts';
import type { FaultRateOptions } from './fault-rates.ts';
import { Faults } from './faults.ts';
import { type HostCounters, hostCounters } from './host-counters.ts';
import {
  DEFAULT_HOST_PROFILE,
  datagramHostProfile,
  type HostProfile,
  type HostProfileName,
  hostProfile,
} from './host-profiles.ts';
import { checkExposure } from './loopback.ts';
import { endpointOf, NodeService } from './node-service.ts';
import type { RejectedCall } from './open-failures.ts';
import { openMapper } from './open-mapper.ts';
import { replyingFrom } from './reply-from.ts';

export interface EmulatedHostOptions extends AccessOptions {
  /** Default: UDP of this machine. */
  readonly network?: Network;
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Allows an address that other machines reach. */
  readonly expose?: boolean;
  /** The whole cluster; the three below go before it. */
  readonly cluster?: ClusterDescription;
  readonly clusterName?: string;
  readonly nodes?: readonly string[];
  readonly groups?: ClusterDescription['groups'];
  readonly hostProfile?: HostProfileName | HostProfile;
  /** Default: TCP of this machine, where datagrams are UDP of this machine; null: none, so that nothing listens on TCP. */
  readonly streams?: StreamNetwork | null;
  /** Port of the endpoint mapper, the same over UDP and TCP; 0, the default: any. */
  readonly epmPort?: number;
  /** Where the Cluster service takes its port, such as `1026-1050`; default: anywhere. */
  readonly ports?: string | readonly PortRange[];
  readonly faults?: FaultRateOptions | string;
  /** The Cluster service answers from this address of the machine. */
  readonly replyFrom?: string;
  /** Decides the faults. Default 1. */
  readonly seed?: number;
  /** Default: random ones. */
  readonly newUuid?: () => Uuid;
  readonly settings?: Partial<ServerSettings>;
}

/** Where the host listens; null: not. */
export interface HostAddresses {
  readonly host: string;
  readonly epmUdp: number | null;
  readonly epmTcp: number | null;
  readonly clusapiUdp: number | null;
  readonly clusapiTcp: number | null;
}

/** An emulated machine with an endpoint mapper and a Cluster service, and the cluster behind it. */
export class EmulatedHost {
  readonly address: string;
  readonly model: ClusterModel;
  readonly profile: HostProfile;
  /** What goes wrong here: add rules to it. */
  readonly faults: Faults;
  readonly #parts: Parts;
  #change: Promise<void> = Promise.resolve();
  #closed: Promise<void> | null = null;

  private constructor(parts: Parts) {
    const { address, model, profile, faults } = parts;
    this.address = address;
    this.model = model;
    this.profile = profile;
    this.faults = faults;
    this.#parts = parts;
  }

  /** Throws LocalMisuseError for options that cannot be, TransportError when a port cannot be bound. */
  static async start(options: EmulatedHostOptions = {}): Promise<EmulatedHost> {
    const { network = udpNetwork, address = '127.0.0.1', epmPort = 0, newUuid = systemUuid, replyFrom } = options;
    for (const each of [address, ...(replyFrom === undefined ? [] : [replyFrom])])
      checkExposure(network, each, options);
    const profile = hostProfile(options.hostProfile ?? DEFAULT_HOST_PROFILE);
    const { streams = network === udpNetwork ? tcpNetwork : null } = options;
    if (streams === null) datagramHostProfile(profile);
    const model = new ClusterModel({
      name: 'CLUSTER1',
      nodes: ['NODE1', 'NODE2'],
      ...options.cluster,
      ...(options.clusterName !== undefined && { name: options.clusterName }),
      ...(options.nodes && { nodes: options.nodes }),
      ...(options.groups && { groups: options.groups }),
    });
    const { clock } = network;
    const faults = new Faults({ clock, random: seededRandom(options.seed ?? 1), rates: options.faults ?? {} });
    // [MS-CMRP] 2.1: a server of 3.0 refuses every level below privacy; where it knows nobody, nobody could come so far.
    const least = profile.clusapi === 3 && options.users !== undefined ? ({ minAuth: 'privacy' } as const) : {};
    const access = new Access({ ...least, ...options }, () => clock.now());
    const map = new EndpointMap();
    const log = new CallLog();
    const settings = { callback: profile.callback, offersOverlap: profile.offersOverlap, ...options.settings };
    const ports = typeof options.ports === 'string' ? parsePortRanges(options.ports) : options.ports;
    const forwarded = { count: 0 };
    const mapper = await openMapper({
      network,
      streams,
      port: epmPort,
      settings,
      newUuid,
      faults,
      map,
      log,
      profile,
      address,
      forwarded,
    });
    const service = new NodeService({
      network: replyFrom === undefined ? network : replyingFrom(network, replyFrom),
      streams,
      address,
      ports: ports ?? null,
      settings: options.settings ?? {},
      newUuid,
      model,
      profile,
      faults,
      log,
      access,
      onStart: (server) => map.add({ ...endpointOf(server), annotation: '', server }),
    });
    const host = new EmulatedHost({ address, model, profile, faults, map, log, access, mapper, service, forwarded });
    try {
      await service.run(model.activeNode);
    } catch (error) {
      await mapper.close();
      throw error;
    }
    return host;
  }

  get addresses(): HostAddresses {
    const { mapper, service } = this.#parts;
    return {
      host: this.address,
      epmUdp: mapper.udp?.port ?? null,
      epmTcp: mapper.tcp?.port ?? null,
      clusapiUdp: service.server?.udp?.port ?? null,
      clusapiTcp: service.server?.tcp?.port ?? null,
    };
  }

  /** Where its endpoint mapper is, over whichever protocol. */
  get mapperPort(): number {
    const { udp, tcp } = this.#parts.mapper;
    return (udp ?? tcp)?.port ?? 0;
  }

  /** Makes it reject the next call of that socket: the first of an open, or whichever comes. Answers how to take it back. */
  rejectNext(from: Address, on: RejectedCall): () => void {
    return this.faults.add({ on, from, times: 1, action: { reject: 'nca_s_server_too_busy' } });
  }

  /** Whether a client may call it by this name: the cluster's or a node's, in any case. */
  knows(name: string): boolean {
    return [this.model.name, ...this.model.nodes.map((node) => node.name)].some((each) => sameName(each, name));
  }

  /** What operations were called, the oldest first; the last 10 000. */
  calls(operation?: string): readonly LoggedCall[] {
    return this.#parts.log.calls(operation);
  }

  /** Who tried to log on, the oldest first; the last 10 000. */
  get logons(): readonly LoggedLogon[] {
    return this.#parts.access.logons;
  }

  get counters(): HostCounters {
    const { log, faults, access, forwarded, service, mapper } = this.#parts;
    return hostCounters({
      log,
      faults,
      access,
      forwarded: forwarded.count,
      handles: service.handles,
      rundowns: service.rundowns,
      servers: [mapper, ...service.counters],
    });
  }

  /** Another endpoint in the map, forwarded to when it has a server; answers how to take it back. */
  register(registration: Registration): () => void {
    return this.#parts.map.add(registration);
  }

  /**
   * Moves a group to another node. With the group that holds the cluster's name goes the service that answers for it: a new
   * one, at another port, which knows no handle of the old one. Throws Win32Error for an unknown group or node.
   */
  failOver(group: string, node: string): Promise<void> {
    return this.#apply(() => this.model.failOver(group, node));
  }

  /** Stops a node; what it owned goes elsewhere. Without any node the mapper has nothing registered. */
  nodeDown(name: string): Promise<void> {
    return this.#apply(() => this.model.nodeDown(name));
  }

  nodeUp(name: string): Promise<void> {
    return this.#apply(() => this.model.nodeUp(name));
  }

  close(): Promise<void> {
    this.#closed ??= this.#change.then(async () => {
      await Promise.all([this.#parts.mapper.close(), this.#parts.service.stop()]);
    });
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #apply(change: () => void): Promise<void> {
    if (this.#closed !== null) throw new LocalMisuseError('the emulated host is closed');
    change();
    const moved = this.#change.then(() => this.#parts.service.run(this.model.activeNode));
    this.#change = moved.catch(() => {});
    await moved;
  }
}

interface Parts {
  readonly address: string;
  readonly model: ClusterModel;
  readonly profile: HostProfile;
  readonly faults: Faults;
  readonly map: EndpointMap;
  readonly log: CallLog;
  readonly access: Access;
  readonly mapper: RpcServer;
  readonly service: NodeService;
  readonly forwarded: { count: number };
}
