import { isIPv6 } from 'node:net';
import type { Uuid } from '../bytes/uuid.ts';
import { encodeInqStatsRequest, MGMT } from '../interface/mgmt/index.ts';
import type { InterfaceId } from '../machine/call.ts';
import { ClClient } from '../machine/cl/client/client.ts';
import type { ClientEvent, ClientInput } from '../machine/cl/client/types.ts';
import type { ClientSettings, Dialect } from '../machine/cl/dialects.ts';
import { type Address, sameAddress } from '../machine/contract.ts';
import { FaultError, LocalMisuseError, RejectError } from '../status/errors.ts';
import { Endpoint, type Gate } from '../transport/endpoint.ts';
import type { Network } from '../transport/network.ts';
import { newUuid } from '../transport/random.ts';
import { udpNetwork } from '../transport/udp.ts';
import { bindFirst } from './bind-first.ts';
import { notSent } from './call-error.ts';
import type { Caller, CallOptions, CallResult } from './caller.ts';
import type { Logon } from './logon.ts';
import { PendingCalls } from './pending-calls.ts';
import { checkServerAddress } from './server-address.ts';

/** Names this process in callbacks and keep-alives: context handles belong to it (C706 cas_uuid). */
const PROCESS_ADDRESS_SPACE = newUuid();

/** The server, the socket and the behaviour of an RpcClient. */
export interface RpcClientOptions {
  /** Where the default binding goes. */
  readonly to?: Address;
  /** Who the default binding logs on as; default: nobody. */
  readonly logon?: Logon;
  /** Default: any address of this machine, of the family of `to`. */
  readonly localAddress?: string;
  /** Ports to try in this order; default: one that the system chooses. */
  readonly localPorts?: Iterable<number>;
  /** Whom it behaves like; default: liberal, which works with every peer. */
  readonly dialect?: Dialect;
  /** Changes to the timers and limits of the dialect. */
  readonly settings?: Partial<ClientSettings>;
  /** Default: UDP of this machine. */
  readonly network?: Network;
  readonly addressSpace?: Uuid;
  /** Where activity ids come from; default: random ones, as security asks for. */
  readonly newUuid?: () => Uuid;
  /** Sees every datagram that goes out. */
  readonly gate?: Gate;
  /** Sees every datagram that comes in, first: true says that it has been taken elsewhere. */
  readonly intercept?: (datagram: Uint8Array, from: Address) => boolean;
}

/** How another server is reached over the same socket. */
export interface BindOptions {
  /** The address is an endpoint mapper that forwards ([MS-RPCE] 4.5). */
  readonly viaMapper?: boolean;
  /** Who calls; default: nobody. */
  readonly logon?: Logon | undefined;
}

/** inq_stats: whatever the server says to it, it has understood. */
async function askStatistics(call: Caller['call'], { timeout, signal }: CallOptions): Promise<void> {
  const options = { timeout, signal, name: 'inq_stats' };
  await call(MGMT, MGMT.operations.inq_stats, encodeInqStatsRequest({ count: 0 }), options).catch((error: unknown) => {
    if (!(error instanceof FaultError || error instanceof RejectError)) throw error;
  });
}

/** A forwarded call tells where the server really is. */
type BoundServer = { -readonly [Member in keyof Caller]: Caller[Member] };

/**
 * Datagram RPC over one UDP socket, for any interface and any number of servers. The socket answers conversation
 * callbacks and keeps the process alive until `close`.
 */
export class RpcClient {
  readonly #network: Network;
  #socket: Endpoint<ClientInput, ClientEvent> | null = null;
  readonly #pending: PendingCalls;
  readonly #bindings = new Map<number, BoundServer>();
  #lastNumber = 0;
  #closed: Promise<void> | null = null;
  #default: Caller | null = null;

  private constructor(network: Network) {
    this.#network = network;
    this.#pending = new PendingCalls({
      clock: network.clock,
      local: () => this.local,
      abandon: (call) => this.#endpoint.handle({ kind: 'abandon', call }),
    });
  }

  /** Throws TransportError when no port can be bound. */
  static async open(options: RpcClientOptions = {}): Promise<RpcClient> {
    const { network = udpNetwork, to, settings, addressSpace = PROCESS_ADDRESS_SPACE, gate, intercept } = options;
    const machine = new ClClient({
      addressSpace,
      newUuid: options.newUuid ?? newUuid,
      dialect: options.dialect ?? 'liberal',
      ...(settings && { settings }),
    });
    const client = new RpcClient(network);
    const host = options.localAddress ?? (to !== undefined && isIPv6(to.host) ? '::' : '0.0.0.0');
    client.#socket = await bindFirst(options.localPorts ?? [0], (port) =>
      Endpoint.open({
        network,
        local: { host, port },
        machine,
        onEvent: (event) => client.#dispatch(event),
        onSendFailed: (server, cause) => client.#failAll(server, cause),
        ...(gate && { gate }),
        ...(intercept && { intercept }),
      }),
    );
    if (to !== undefined) client.#default = client.bind(to, { logon: options.logon });
    return client;
  }

  /** Where callbacks arrive. */
  get local(): Address {
    return this.#endpoint.local;
  }

  /** Another server on the same socket. Throws LocalMisuseError for an address that can be none. */
  bind(to: Address, { viaMapper = false, logon }: BindOptions = {}): Caller {
    this.#check();
    checkServerAddress(to);
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const bound = logon?.forBinding(() => this.#network.clock.now());
    const start: Caller['call'] = (...call) => this.#start(binding, number, ...call);
    const binding: BoundServer = {
      server: to,
      call:
        bound === undefined
          ? start
          : (id, opnum, stub, options = {}) =>
              bound.isSettled()
                ? start(id, opnum, stub, options)
                : bound.call(options.timeout, {
                    call: (timeout) => start(id, opnum, stub, { ...options, timeout }),
                    second: (timeout) => askStatistics(start, { ...options, timeout }),
                  }),
      hold: () => this.#endpoint.handle({ kind: 'hold', binding: number }),
      release: () => this.#endpoint.handle({ kind: 'release', binding: number }),
    };
    this.#bindings.set(number, binding);
    const security = bound?.security;
    this.#endpoint.handle({ kind: 'bind', binding: number, to, viaMapper, ...(security && { security }) });
    return binding;
  }

  /** A call over the default binding: see Caller.call. */
  call(interfaceId: InterfaceId, opnum: number, stub: Uint8Array, options?: CallOptions): Promise<CallResult> {
    if (this.#default === null) throw new LocalMisuseError('RpcClient.open got no `to`: bind first');
    return this.#default.call(interfaceId, opnum, stub, options);
  }

  /** Sends pending acknowledgements, ends every call with LocalMisuseError and gives the port back. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Keeps the process alive again, as a socket does. */
  ref(): void {
    this.#endpoint.ref();
  }

  /** Lets the process end although the socket is open. */
  unref(): void {
    this.#endpoint.unref();
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(
    binding: Caller,
    number: number,
    interfaceId: InterfaceId,
    opnum: number,
    stub: Uint8Array,
    options: CallOptions = {},
  ): Promise<CallResult> {
    this.#check();
    const { semantics = 'at-most-once', object } = options;
    const call = ++this.#lastNumber;
    const of = { call, binding: number, interfaceId, opnum, stub, semantics, ...(object && { object }) };
    return this.#pending.start(call, binding, of, options, () => this.#endpoint.handle({ kind: 'call', ...of }));
  }

  #dispatch(event: ClientEvent): void {
    if (event.kind !== 'repointed') return this.#pending.end(event);
    const binding = this.#bindings.get(event.binding);
    if (binding !== undefined) binding.server = event.to;
  }

  /** Calls to a server that the system does not send to: none of them waits for an answer that cannot come. */
  #failAll(to: Address, cause: NodeJS.ErrnoException): void {
    this.#pending.giveUpAll(
      ({ server }) => sameAddress(server, to),
      (trace, name) => notSent(to, cause, trace, name),
    );
  }

  async #close(): Promise<void> {
    this.#endpoint.handle({ kind: 'flush' });
    this.#pending.rejectAll(new LocalMisuseError('the RPC client was closed'));
    await this.#endpoint.close();
  }

  get #endpoint(): Endpoint<ClientInput, ClientEvent> {
    if (this.#socket === null) throw new LocalMisuseError('the RPC client is not open');
    return this.#socket;
  }

  #check(): void {
    if (this.#closed !== null) throw new LocalMisuseError('the RPC client is closed');
  }
}
