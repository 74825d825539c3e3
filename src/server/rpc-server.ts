import { randomBytes } from 'node:crypto';
import type { NtlmProviderOptions } from '../auth/datagram/server-security.ts';
import { acceptLogons } from '../auth/stream/provider.ts';
import type { Uuid } from '../bytes/uuid.ts';
import type { Dialect, ServerSettings } from '../machine/cl/dialects.ts';
import { newServerCounters, type ServerCounters } from '../machine/cl/server/types.ts';
import type { CoServerSettings } from '../machine/co/server/state.ts';
import { type CoServerCounters, newCoServerCounters } from '../machine/co/server/types.ts';
import type { Address } from '../machine/contract.ts';
import { LocalMisuseError } from '../status/errors.ts';
import type { Gate } from '../transport/endpoint.ts';
import type { Network } from '../transport/network.ts';
import { newUuid as systemUuid } from '../transport/random.ts';
import type { StreamNetwork } from '../transport/streams.ts';
import { tcpNetwork } from '../transport/tcp.ts';
import { udpNetwork } from '../transport/udp.ts';
import { DatagramServer } from './datagram-server.ts';
import { Dispatcher, type RpcInterface, type RpcOperation } from './dispatcher.ts';
import { type CallStatistics, managementInterface } from './management.ts';
import type { RpcCall, RpcCallerIdentity } from './served-call.ts';
import { StreamServer } from './stream-server.ts';

export type { RpcCall, RpcCallerIdentity, RpcInterface, RpcOperation };

/** The socket and the behaviour of an RpcServer. */
export interface RpcServerOptions {
  /** For datagrams. Default: 127.0.0.1 and a port that the system chooses; null: none. */
  readonly local?: Address | null;
  /** For connections; `same-port`: where it takes datagrams. Default: none. */
  readonly tcp?: Address | 'same-port' | null;
  /** Whom it behaves like over datagrams; default: liberal, which works with every peer. */
  readonly dialect?: Dialect;
  /** Changes to the timers and limits of the dialect. */
  readonly settings?: Partial<ServerSettings>;
  /** Changes to the timers and limits of connections. */
  readonly tcpSettings?: Partial<CoServerSettings>;
  /** Connections at a time; default 1 024. */
  readonly maxConnections?: number;
  /** Seconds since 1970; default: now. */
  readonly bootTime?: number;
  /** Default: UDP of this machine. */
  readonly network?: Network;
  /** Default: TCP of this machine. */
  readonly streams?: StreamNetwork;
  /** Where ids of callbacks come from; default: random ones. */
  readonly newUuid?: () => Uuid;
  /** Whom NTLM lets in; default: authenticated calls are rejected, the service being unknown here. */
  readonly ntlm?: Omit<NtlmProviderOptions, 'random' | 'now'>;
  /** A client process has been silent for too long, or its last connection ended: its context handles are void. */
  readonly onRundown?: (addressSpace: Uuid) => void;
  /** Sees every datagram that goes out. */
  readonly gate?: Gate;
  /** Sees every datagram that comes in, first: true says that it has been taken elsewhere. */
  readonly intercept?: (datagram: Uint8Array, from: Address) => boolean;
}

const MAX_CONNECTIONS = 1_024;

/** Serves RPC interfaces over datagrams, connections or both, and the management interface with them (C706 App. Q). */
export class RpcServer {
  readonly #dispatcher: Dispatcher;
  readonly #datagrams: DatagramServer | null;
  readonly #connections: StreamServer | null;
  #closed: Promise<void> | null = null;

  private constructor(dispatcher: Dispatcher, datagrams: DatagramServer | null, connections: StreamServer | null) {
    this.#dispatcher = dispatcher;
    this.#datagrams = datagrams;
    this.#connections = connections;
  }

  /** Throws TransportError when a port cannot be bound. */
  static async open(options: RpcServerOptions = {}): Promise<RpcServer> {
    const { local = { host: '127.0.0.1', port: 0 }, tcp = null, newUuid = systemUuid, tcpSettings } = options;
    const { network = udpNetwork, streams = tcpNetwork, dialect = 'liberal', onRundown, ntlm } = options;
    if (local === null && tcp === null) throw new LocalMisuseError('an RPC server without any address');
    const dispatcher = new Dispatcher();
    const datagrams =
      local === null ? null : await DatagramServer.open(dispatcher, { ...options, local, network, newUuid, dialect });
    try {
      const connections =
        tcp === null
          ? null
          : await StreamServer.open(dispatcher, {
              network: streams,
              local: tcp === 'same-port' ? samePort(datagrams) : tcp,
              settings: tcpSettings,
              newUuid,
              onRundown,
              acceptSecurity: ntlm && acceptLogons({ ...ntlm, random: randomBytes, now: () => streams.clock.now() }),
              maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
            });
      const server = new RpcServer(dispatcher, datagrams, connections);
      return server.serve(managementInterface(dispatcher, () => server.#statistics()));
    } catch (error) {
      await datagrams?.close();
      throw error;
    }
  }

  /** For datagrams. Throws LocalMisuseError where it takes none. */
  get local(): Address {
    return samePort(this.#datagrams);
  }

  /** For datagrams; null: it takes none. */
  get udp(): Address | null {
    return this.#datagrams?.local ?? null;
  }

  /** For connections; null: it takes none. */
  get tcp(): Address | null {
    return this.#connections?.local ?? null;
  }

  /** Of datagrams. */
  get counters(): Readonly<ServerCounters> {
    return this.#datagrams?.counters ?? newServerCounters();
  }

  /** Of connections. */
  get tcpCounters(): Readonly<CoServerCounters> {
    return this.#connections?.counters ?? newCoServerCounters();
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#connections?.connections ?? 0;
  }

  /** Serves an interface from now on, beside those served already. */
  serve(served: RpcInterface): this {
    this.#dispatcher.serve(served);
    this.#datagrams?.serve(served);
    this.#connections?.serve(served);
    return this;
  }

  /** Hands over a datagram as if it had come over the socket: what an endpoint mapper forwards. */
  deliver(datagram: Uint8Array, from: Address): void {
    this.#datagrams?.deliver(datagram, from);
  }

  /** Answers what is done, waits for no operation, and gives the port back; calls afterwards share it. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([this.#datagrams?.close(), this.#connections?.close()]).then(() => {});
    return this.#closed;
  }

  /** Keeps the process alive again, as a socket does. */
  ref(): void {
    this.#datagrams?.ref();
    this.#connections?.ref();
  }

  /** Lets the process end although the socket is open. */
  unref(): void {
    this.#datagrams?.unref();
    this.#connections?.unref();
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #statistics(): CallStatistics {
    const { counters: a, tcpCounters: b } = this;
    return {
      callsIn: a.callsIn + b.callsIn,
      callsOut: a.callsOut + b.callsOut,
      packetsIn: a.packetsIn + b.packetsIn,
      packetsOut: a.packetsOut + b.packetsOut,
    };
  }
}

function samePort(datagrams: DatagramServer | null): Address {
  if (datagrams === null) throw new LocalMisuseError('this RPC server takes no datagrams');
  return datagrams.local;
}
