import { SpnegoServer } from '../auth/spnego/server.ts';
import { NtlmConnectionServer } from '../auth/stream/ntlm-server.ts';
import type { Uuid } from '../bytes/uuid.ts';
import { CoServer, type CoServerConnection, type CoServerOptions } from '../machine/co/server/server.ts';
import type { CoServerSettings } from '../machine/co/server/state.ts';
import type { CoServerCounters, CoServerEvent, CoServerInput } from '../machine/co/server/types.ts';
import type { Address } from '../machine/contract.ts';
import { Connection } from '../transport/connection.ts';
import type { StreamListener, StreamNetwork, StreamSocket } from '../transport/streams.ts';
import { type Dispatcher, type RpcInterface, RunningCalls } from './dispatcher.ts';
import type { RpcCallerIdentity } from './served-call.ts';

export interface StreamServerOptions {
  readonly network: StreamNetwork;
  readonly local: Address;
  readonly settings?: Partial<CoServerSettings> | undefined;
  readonly newUuid: () => Uuid;
  readonly onRundown?: ((association: Uuid) => void) | undefined;
  readonly acceptSecurity?: CoServerOptions['acceptSecurity'] | undefined;
  /** Connections at a time. Beyond it the oldest one without a bind is ended, or else the new one. */
  readonly maxConnections: number;
}

interface Accepted {
  readonly connection: Connection<CoServerInput, CoServerEvent>;
  readonly machine: CoServerConnection;
}

/** The connection-oriented side of an RPC server: one TCP port. */
export class StreamServer {
  readonly #machine: CoServer;
  readonly #dispatcher: Dispatcher;
  readonly #options: StreamServerOptions;
  /** The oldest first. */
  readonly #accepted = new Set<Accepted>();
  #listener: StreamListener | null = null;

  private constructor(dispatcher: Dispatcher, options: StreamServerOptions) {
    const { newUuid, onRundown, acceptSecurity, settings } = options;
    this.#dispatcher = dispatcher;
    this.#options = options;
    this.#machine = new CoServer({
      newUuid,
      ...(onRundown && { onRundown }),
      ...(acceptSecurity && { acceptSecurity }),
      ...(settings && { settings }),
    });
  }

  static async open(dispatcher: Dispatcher, options: StreamServerOptions): Promise<StreamServer> {
    const server = new StreamServer(dispatcher, options);
    server.#listener = await options.network.listen(options.local, (socket) => server.#accept(socket));
    return server;
  }

  get local(): Address {
    if (this.#listener === null) throw new Error('the stream server is not open');
    return this.#listener.local;
  }

  get counters(): Readonly<CoServerCounters> {
    return this.#machine.counters;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#accepted.size;
  }

  serve({ uuid, version, operations }: RpcInterface): void {
    this.#machine.serve({ uuid, version, operations: operations.length });
  }

  async close(): Promise<void> {
    const closed = this.#listener?.close();
    await Promise.all([closed, ...[...this.#accepted].map(({ connection }) => connection.close())]);
  }

  ref(): void {
    this.#listener?.ref();
  }

  unref(): void {
    this.#listener?.unref();
    for (const { connection } of this.#accepted) connection.unref();
  }

  #accept(socket: StreamSocket): void {
    if (!this.#makeRoom()) return void socket.destroy();
    const { network, local } = this.#options;
    const { remote } = socket;
    const machine = this.#machine.accept(remote, socket.local.port || local.port, network.clock.now());
    const running = new RunningCalls(this.#dispatcher, (call, outcome) =>
      connection.handle({ kind: 'complete', call, outcome }),
    );
    const connection: Connection<CoServerInput, CoServerEvent> = new Connection({
      clock: network.clock,
      socket,
      machine,
      side: 'server',
      onEvent: (event) => dispatch(event, running, remote),
      onClosed: () => {
        running.cancelAll();
        this.#accepted.delete(accepted);
      },
    });
    const accepted = { connection, machine };
    this.#accepted.add(accepted);
  }

  /** A connection that asked for nothing yet gives way to a new one. */
  #makeRoom(): boolean {
    if (this.#accepted.size < this.#options.maxConnections) return true;
    for (const { machine, connection } of this.#accepted) {
      if (machine.bound) continue;
      void connection.close();
      return true;
    }
    return false;
  }
}

function dispatch(event: CoServerEvent, running: RunningCalls, from: Address): void {
  if (event.kind === 'cancelled') return running.cancel(event.call);
  const { call, interfaceId, opnum, stub, littleEndian, association, object, security } = event;
  running.start(call, interfaceId, {
    opnum,
    stub,
    littleEndian,
    from,
    protocol: 'ncacn_ip_tcp',
    addressSpace: association,
    object,
    caller: callerOf(security),
  });
}

function callerOf(security: (CoServerEvent & { kind: 'dispatch' })['security']): RpcCallerIdentity | null {
  const context = security?.context;
  if (!(context instanceof NtlmConnectionServer || context instanceof SpnegoServer)) return null;
  const { identity, level } = context;
  return identity === null ? null : { ...identity, level };
}
