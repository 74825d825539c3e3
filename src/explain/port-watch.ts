import { sameUuid } from '../bytes/uuid.ts';
import type { Datagram } from '../capture/packet.ts';
import { CLUSAPI_V3 } from '../interface/clusapi/identity.ts';
import { decodeEptMapRequest, EPM } from '../interface/epm/index.ts';
import { decodeTower } from '../interface/epm/tower.ts';
import { type ClPdu, isLittleEndian } from '../pdu/cl/index.ts';
import type { PortRange } from '../ports/ranges.ts';
import { isClusError } from '../status/errors.ts';
import type { Call } from './call.ts';
import type { Conversation } from './conversation.ts';
import { HostPortsWatch } from './host-ports-watch.ts';
import type { ExplainSettings } from './limits.ts';
import { isFailure } from './result-status.ts';

/** Follows from which ports hosts open clusters. */
export class PortWatch {
  readonly #settings: ExplainSettings;
  readonly #ranges: readonly PortRange[] | null;
  readonly #hosts = new Map<string, HostPortsWatch>();
  /** Calls from hosts and ports for which there was no room. */
  unfollowedCalls = 0;
  #ports = 0;

  /** `ranges`: the RPC ports of the client hosts, as `mergeRanges` gives them; null: nobody told them. */
  constructor(settings: ExplainSettings, ranges: readonly PortRange[] | null) {
    this.#settings = settings;
    this.#ranges = ranges;
  }

  get hosts(): readonly HostPortsWatch[] {
    return [...this.#hosts.values()];
  }

  /** A request, or a new fragment of one. */
  request(conversation: Conversation, call: Call, pdu: ClPdu, { timestampMs, truncated }: Datagram): void {
    if (call.request.fragments.size !== 1 || !concernsCluster(call, pdu, truncated)) return;
    const { host, port } = conversation.client;
    const watch = this.#hosts.get(host) ?? this.#addHost(host);
    if (watch === null) return;
    if (!watch.knows(port)) {
      if (this.#ports >= this.#settings.ports) {
        this.unfollowedCalls += 1;
        return;
      }
      this.#ports += 1;
    }
    watch.begin(port, conversation, call, timestampMs);
  }

  result({ client }: Conversation, call: Call): void {
    const { result } = call;
    if (result === null) return;
    const { kind, status, ms } = result;
    const failed = kind !== 'response' || (status !== null && isFailure(call.interface, call.opnum, status));
    this.#hosts.get(client.host)?.end(client.port, call, failed, ms);
  }

  /** ICMP says that a request did not arrive. */
  refused({ client }: Conversation, call: Call, ms: number): void {
    this.#hosts.get(client.host)?.end(client.port, call, true, ms);
  }

  process(host: string, addressSpace: string, ms: number): void {
    this.#hosts.get(host)?.processes.seen(addressSpace, ms);
  }

  #addHost(host: string): HostPortsWatch | null {
    if (this.#hosts.size >= this.#settings.hosts) {
      this.unfollowedCalls += 1;
      return null;
    }
    const watch = new HostPortsWatch(host, this.#settings, this.#ranges);
    this.#hosts.set(host, watch);
    return watch;
  }
}

/** ClusAPI, and the question to the endpoint mapper that comes before it. */
function concernsCluster({ interface: { role }, opnum }: Call, pdu: ClPdu, truncated: boolean): boolean {
  if (role === 'clusapi') return true;
  if (role !== 'mapper' || pdu.type !== 'request' || opnum !== EPM.operations.ept_map || truncated) return false;
  try {
    const { tower } = decodeEptMapRequest(pdu.stub, isLittleEndian(pdu.header));
    return tower !== null && sameUuid(decodeTower(tower).interface.uuid, CLUSAPI_V3.uuid);
  } catch (error) {
    // What cannot be read asks for nothing.
    if (!isClusError(error)) throw error;
    return false;
  }
}
