import type { Uuid } from '../bytes/uuid.ts';
import { bindFirst } from '../client/bind-first.ts';
import { CLUSAPI_V2, CLUSAPI_V3 } from '../interface/clusapi/index.ts';
import type { ServerSettings } from '../machine/cl/dialects.ts';
import { countPorts, eachPort, type PortRange } from '../ports/ranges.ts';
import { ContextHandles } from '../server/context-handles.ts';
import { RpcServer } from '../server/rpc-server.ts';
import type { Network } from '../transport/network.ts';
import type { StreamNetwork } from '../transport/streams.ts';
import type { Access } from './access.ts';
import type { CallLog } from './call-log.ts';
import type { OpenedObject } from './clusapi/operation.ts';
import { clusterService } from './clusapi/service.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { Registration } from './endpoint-map.ts';
import type { Faults } from './faults.ts';
import type { ProtocolCounters } from './host-counters.ts';
import { type HostProfile, hostProfile, operationalVersion } from './host-profiles.ts';

export interface NodeServiceOptions {
  readonly network: Network;
  /** For ClusAPI 3.0; null: there are datagrams only. */
  readonly streams: StreamNetwork | null;
  readonly address: string;
  /** Null: any. */
  readonly ports: readonly PortRange[] | null;
  readonly settings: Partial<ServerSettings>;
  readonly newUuid: () => Uuid;
  readonly model: ClusterModel;
  /** Of nodes that have none of their own. */
  readonly profile: HostProfile;
  readonly faults: Faults;
  readonly log: CallLog;
  readonly access: Access;
  /** A service has begun to listen; what is answered is called when it stops. */
  readonly onStart: (server: RpcServer) => () => void;
}

interface Running {
  readonly node: string;
  readonly server: RpcServer;
  readonly unregister: () => void;
}

/** The Cluster service on whichever node answers for the cluster; at most one at a time. */
export class NodeService {
  readonly #options: NodeServiceOptions;
  readonly #handles: ContextHandles<OpenedObject>;
  /** Of services that have stopped. */
  readonly #past: ProtocolCounters[] = [];
  #running: Running | null = null;
  #bootTime = 0;
  #rundowns = 0;

  constructor(options: NodeServiceOptions) {
    this.#options = options;
    this.#handles = new ContextHandles(options.newUuid);
  }

  get server(): RpcServer | null {
    return this.#running?.server ?? null;
  }

  /** Context handles that are open. */
  get handles(): number {
    return this.#handles.size;
  }

  /** Handles that their client left behind. */
  get rundowns(): number {
    return this.#rundowns;
  }

  get counters(): readonly ProtocolCounters[] {
    return this.#running === null ? this.#past : [...this.#past, this.#running.server];
  }

  /** Lets this node serve; null: none. A node that serves already goes on. */
  async run(node: string | null): Promise<void> {
    if (this.#running?.node === node) return;
    // The new one is bound before the old one goes, so that it gets another port where there is another.
    const { ports } = this.#options;
    if (ports !== null && countPorts(ports) === 1) await this.stop();
    const next = node === null ? null : await this.#open(node);
    await this.stop();
    this.#running = next;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#handles.clear();
    if (running === null) return;
    running.unregister();
    const { counters, tcpCounters } = running.server;
    this.#past.push({ counters, tcpCounters });
    await running.server.close();
  }

  async #open(node: string): Promise<Running> {
    const { network, streams, address, ports, settings, newUuid, model, profile, faults, log, access } = this.#options;
    const ntlm = access.ntlm(node);
    const profileOf = (name: string): HostProfile => hostProfile(model.node(name).hostProfile ?? profile);
    const own = profileOf(node);
    // A service is told from the one before it by its boot time.
    this.#bootTime = Math.max(this.#bootTime + 1, Math.floor(network.clock.now() / 1000));
    const server: RpcServer = await bindFirst(ports === null ? [0] : eachPort(ports), (port) =>
      RpcServer.open({
        network,
        ...(streams && { streams }),
        local: own.clusapi === 2 ? { host: address, port } : null,
        tcp: own.clusapi === 3 ? { host: address, port } : null,
        dialect: 'windows',
        settings: { callback: own.callback, offersOverlap: own.offersOverlap, ...settings },
        newUuid,
        bootTime: this.#bootTime,
        // Servers since Windows Vista tell the time, which makes their clients sign the logon itself.
        ...(ntlm && { ntlm: { ...ntlm, timestamp: profile.clusapi === 3 } }),
        onRundown: (client) => {
          this.#rundowns += this.#handles.rundown(client);
        },
        gate: (datagram, remote, pass) =>
          faults.onDatagram({ direction: 'out', place: 'service', datagram, remote }, pass),
        intercept: (datagram, remote) => {
          faults.onDatagram({ direction: 'in', place: 'service', datagram, remote }, () =>
            server.deliver(datagram, remote),
          );
          return true;
        },
      }),
    );
    server.serve(
      clusterService({
        clock: network.clock,
        log,
        faults,
        place: 'service',
        refuseAll: ({ caller }) => access.refusal(caller),
        access,
        model,
        node,
        profile: own,
        operational: operationalVersion(model.nodes.map(({ name }) => profileOf(name))),
        handles: this.#handles,
      }),
    );
    return { node, server, unregister: this.#options.onStart(server) };
  }
}

/** Where a Cluster service is called, as the mapper has it. */
export function endpointOf({ udp, tcp }: RpcServer): Pick<Registration, 'interface' | 'protocol' | 'port'> {
  if (tcp !== null) return { interface: CLUSAPI_V3, protocol: 'ncacn_ip_tcp', port: tcp.port };
  return { interface: CLUSAPI_V2, protocol: 'ncadg_ip_udp', port: udp?.port ?? 0 };
}
