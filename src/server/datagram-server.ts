import { randomBytes } from 'node:crypto';
import { NTLM_PROTOCOL } from '../auth/datagram/level.ts';
import type { NtlmProviderOptions } from '../auth/datagram/server-security.ts';
import { NtlmProvider, NtlmServerSecurity } from '../auth/datagram/server-security.ts';
import type { Uuid } from '../bytes/uuid.ts';
import type { Dialect, ServerSettings } from '../machine/cl/dialects.ts';
import { ClServer } from '../machine/cl/server/server.ts';
import type { ServerCounters, ServerEvent, ServerInput } from '../machine/cl/server/types.ts';
import type { Address } from '../machine/contract.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { Endpoint, type Gate } from '../transport/endpoint.ts';
import type { Network } from '../transport/network.ts';
import { type Dispatcher, type RpcInterface, RunningCalls } from './dispatcher.ts';
import type { RpcCallerIdentity } from './served-call.ts';

export interface DatagramServerOptions {
  readonly network: Network;
  readonly local: Address;
  readonly dialect: Dialect;
  readonly settings?: Partial<ServerSettings> | undefined;
  readonly bootTime?: number | undefined;
  readonly newUuid: () => Uuid;
  readonly ntlm?: Omit<NtlmProviderOptions, 'random' | 'now'> | undefined;
  readonly onRundown?: ((addressSpace: Uuid) => void) | undefined;
  readonly gate?: Gate | undefined;
  readonly intercept?: ((datagram: Uint8Array, from: Address) => boolean) | undefined;
}

/** The datagram side of an RPC server: one UDP socket. */
export class DatagramServer {
  readonly #machine: ClServer;
  readonly #running: RunningCalls;
  readonly #onRundown: ((addressSpace: Uuid) => void) | undefined;
  #endpoint: Endpoint<ServerInput, ServerEvent> | null = null;

  private constructor(machine: ClServer, dispatcher: Dispatcher, onRundown: DatagramServerOptions['onRundown']) {
    this.#machine = machine;
    this.#onRundown = onRundown;
    this.#running = new RunningCalls(dispatcher, (call, outcome) =>
      this.#endpoint?.handle({ kind: 'complete', call, outcome }),
    );
  }

  static async open(dispatcher: Dispatcher, options: DatagramServerOptions): Promise<DatagramServer> {
    const { network, local, settings, ntlm, gate, intercept, newUuid, dialect } = options;
    const machine = new ClServer({
      bootTime: options.bootTime ?? Math.floor(network.clock.now() / 1000),
      newUuid,
      dialect,
      ...(settings && { settings }),
      ...(ntlm && { security: ntlmProviders(ntlm, () => network.clock.now()) }),
    });
    const server = new DatagramServer(machine, dispatcher, options.onRundown);
    server.#endpoint = await Endpoint.open({
      network,
      local,
      machine,
      onEvent: (event) => server.#dispatch(event),
      ...(gate && { gate }),
      ...(intercept && { intercept }),
    });
    return server;
  }

  get local(): Address {
    return this.#open.local;
  }

  get counters(): Readonly<ServerCounters> {
    return this.#machine.counters;
  }

  serve({ uuid, version, operations }: RpcInterface): void {
    this.#open.handle({ kind: 'serve', interface: { uuid, version, operations: operations.length } });
  }

  deliver(datagram: Uint8Array, from: Address): void {
    this.#endpoint?.deliver(datagram, from);
  }

  close(): Promise<void> {
    this.#running.cancelAll();
    return this.#open.close();
  }

  ref(): void {
    this.#endpoint?.ref();
  }

  unref(): void {
    this.#endpoint?.unref();
  }

  #dispatch(event: ServerEvent): void {
    if (event.kind === 'rundown') return this.#onRundown?.(event.addressSpace);
    if (event.kind === 'cancelled') return this.#running.cancel(event.call);
    const { call, interfaceId, opnum, stub, littleEndian, from, addressSpace, object, security } = event;
    const caller: RpcCallerIdentity | null =
      security instanceof NtlmServerSecurity ? { ...security.identity, level: security.level } : null;
    this.#running.start(call, interfaceId, {
      opnum,
      stub,
      littleEndian,
      from,
      protocol: 'ncadg_ip_udp',
      addressSpace,
      object,
      caller,
    });
  }

  get #open(): Endpoint<ServerInput, ServerEvent> {
    if (this.#endpoint === null) throw new LocalMisuseError('the RPC server is not open');
    return this.#endpoint;
  }
}

function ntlmProviders(options: NonNullable<DatagramServerOptions['ntlm']>, now: () => number) {
  return new Map([[NTLM_PROTOCOL, new NtlmProvider({ ...options, random: randomBytes, now })]]);
}
