import type { StreamProvider } from '../auth/stream/provider.ts';
import type { InterfaceId } from '../machine/call.ts';
import { CoClient } from '../machine/co/client/client.ts';
import type { CoClientSettings } from '../machine/co/client/state.ts';
import type { CoClientEvent, CoClientInput } from '../machine/co/client/types.ts';
import type { Address } from '../machine/contract.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { Connection } from '../transport/connection.ts';
import type { StreamNetwork } from '../transport/streams.ts';
import { tcpNetwork } from '../transport/tcp.ts';
import { notConnected } from './call-error.ts';
import type { Caller, CallOptions, CallResult } from './caller.ts';
import type { InTurn, Logon } from './logon.ts';
import { PendingCalls } from './pending-calls.ts';
import { checkServerAddress } from './server-address.ts';

/** The server and the behaviour of an RpcConnection. */
export interface RpcConnectionOptions {
  readonly to: Address;
  /** Who logs on; default: nobody. */
  readonly logon?: Logon | undefined;
  /** How, for servers that know one of them only. Default negotiate: SPNEGO with NTLM inside. */
  readonly provider?: StreamProvider | undefined;
  /** Default: the address that the system chooses. */
  readonly localAddress?: string | undefined;
  /** Changes to the timers and limits. */
  readonly settings?: Partial<CoClientSettings>;
  /** The association group of another connection to this server, whose context handles are to be shared. */
  readonly assocGroup?: number;
  /** ms for the connection to be made. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: TCP of this machine. */
  readonly network?: StreamNetwork;
}

/**
 * Connection-oriented RPC with one server, for any interface: RpcClient's sibling over TCP. The first call binds. The connection
 * is kept until `close`, and keeps the process alive; when the server ends it, every call fails.
 */
export class RpcConnection implements Caller {
  readonly server: Address;
  readonly #machine: CoClient;
  readonly #connection: Connection<CoClientInput, CoClientEvent>;
  readonly #pending: PendingCalls;
  readonly #inTurn: InTurn | null;
  #lastNumber = 0;
  #closed = false;

  private constructor(
    to: Address,
    machine: CoClient,
    pending: PendingCalls,
    connection: Connection<CoClientInput, CoClientEvent>,
    inTurn: InTurn | null,
  ) {
    this.server = to;
    this.#machine = machine;
    this.#pending = pending;
    this.#connection = connection;
    this.#inTurn = inTurn;
  }

  /** Throws TransportError when no connection can be made, LocalMisuseError for an address that can be none. */
  static async open(options: RpcConnectionOptions): Promise<RpcConnection> {
    const { to, logon, provider, localAddress, timeout, signal, settings, assocGroup } = options;
    const { network = tcpNetwork } = options;
    checkServerAddress(to);
    const socket = await network.connect(to, { localAddress, timeout, signal }).catch((error: unknown) => {
      throw notConnected(error);
    });
    const bound = logon?.forConnection(() => network.clock.now(), provider);
    const machine = new CoClient({
      server: to,
      security: bound?.security ?? null,
      ...(settings && { settings }),
      ...(assocGroup !== undefined && { assocGroup }),
    });
    const pending = new PendingCalls({
      clock: network.clock,
      local: () => socket.local,
      abandon: (call) => connection.handle({ kind: 'abandon', call }),
    });
    const connection: Connection<CoClientInput, CoClientEvent> = new Connection({
      clock: network.clock,
      socket,
      machine,
      side: 'client',
      onEvent: (event) => pending.end(event),
    });
    return new RpcConnection(to, machine, pending, connection, bound?.inTurn ?? null);
  }

  get local(): Address {
    return this.#connection.local;
  }

  /** For another connection that wants to share context handles; 0 before the first call. */
  get assocGroup(): number {
    return this.#machine.assocGroup;
  }

  async call(
    interfaceId: InterfaceId,
    opnum: number,
    stub: Uint8Array,
    options: CallOptions = {},
  ): Promise<CallResult> {
    if (this.#closed) throw new LocalMisuseError('the RPC connection is closed');
    const { semantics, object } = options;
    const call = ++this.#lastNumber;
    const maybe = semantics === 'maybe';
    const of = { call, interfaceId, opnum, stub, maybe, ...(object && { object }) };
    const start = () =>
      this.#pending.start(call, this, of, options, () => this.#connection.handle({ kind: 'call', ...of }));
    return this.#inTurn === null ? start() : this.#inTurn(start);
  }

  /** The connection itself tells the server that its client lives. */
  hold(): void {}

  release(): void {}

  /** Ends every call with LocalMisuseError, and the connection. */
  close(): Promise<void> {
    this.#closed = true;
    this.#pending.rejectAll(new LocalMisuseError('the RPC connection was closed'));
    return this.#connection.close();
  }

  /** Keeps the process alive again, as a socket does. */
  ref(): void {
    this.#connection.ref();
  }

  /** Lets the process end although the socket is open. */
  unref(): void {
    this.#connection.unref();
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
