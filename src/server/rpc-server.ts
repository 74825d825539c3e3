import { randomBytes } from 'node:crypto';
import { NTLM_PROTOCOL } from '../auth/datagram/level.ts';
import { NtlmProvider, type NtlmProviderOptions } from '../auth/datagram/server-security.ts';
import { type Uuid, uuidKey } from '../bytes/uuid.ts';
import {
  decodeInqStatsRequest,
  encodeInqIfIdsResponse,
  encodeInqStatsResponse,
  encodeIsServerListeningResponse,
  encodeStopServerListeningResponse,
  MGMT,
} from '../interface/mgmt/index.ts';
import type { InterfaceId, Outcome } from '../machine/call.ts';
import type { Dialect, ServerSettings } from '../machine/cl/dialects.ts';
import { ClServer } from '../machine/cl/server/server.ts';
import type { ServerCounters, ServerEvent, ServerInput } from '../machine/cl/server/types.ts';
import type { Address } from '../machine/contract.ts';
import { FaultError, LocalMisuseError, RejectError, RemoteProtocolError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { Endpoint, type Gate } from '../transport/endpoint.ts';
import type { Network } from '../transport/network.ts';
import { newUuid } from '../transport/random.ts';
import { udpNetwork } from '../transport/udp.ts';
import { type RpcCall, type RpcCallerIdentity, ServedCall } from './served-call.ts';

export type { RpcCall, RpcCallerIdentity };

/**
 * Resolves with the results, NDR-encoded little-endian. Throw FaultError or Win32Error for a fault with that status,
 * RejectError for a reject; RemoteProtocolError (arguments that cannot be decoded) becomes RPC_X_BAD_STUB_DATA and any other
 * error nca_s_fault_unspec.
 */
export type RpcOperation = (call: RpcCall) => Uint8Array | Promise<Uint8Array>;

export interface RpcInterface extends InterfaceId {
  /** By operation number; numbers left out answer nca_s_op_rng_error. */
  readonly operations: readonly (RpcOperation | undefined)[];
}

export interface RpcServerOptions {
  /** Default: 127.0.0.1 and a port that the system chooses. */
  readonly local?: Address;
  /** Whom it behaves like; default: liberal, which works with every peer. */
  readonly dialect?: Dialect;
  /** Changes to the timers and limits of the dialect. */
  readonly settings?: Partial<ServerSettings>;
  /** Seconds since 1970; default: now. */
  readonly bootTime?: number;
  readonly network?: Network;
  readonly newUuid?: () => Uuid;
  /** Whom NTLM lets in; default: authenticated calls are rejected, the service being unknown here. */
  readonly ntlm?: Omit<NtlmProviderOptions, 'random' | 'now'>;
  /** A client process has been silent for too long: its context handles are void. */
  readonly onRundown?: (addressSpace: Uuid) => void;
  /** Sees every datagram that goes out. */
  readonly gate?: Gate;
  /** Sees every datagram that comes in, first: true says that it has been taken elsewhere. */
  readonly intercept?: (datagram: Uint8Array, from: Address) => boolean;
}

/** Serves datagram RPC interfaces on one UDP socket, and the management interface with them (C706 App. Q). */
export class RpcServer {
  readonly #machine: ClServer;
  readonly #options: RpcServerOptions;
  readonly #interfaces = new Map<string, RpcInterface>();
  /** Calls whose operation has not ended yet. */
  readonly #running = new Map<number, ServedCall>();
  #endpoint: Endpoint<ServerInput, ServerEvent> | null = null;
  #closed: Promise<void> | null = null;

  private constructor(machine: ClServer, options: RpcServerOptions) {
    this.#machine = machine;
    this.#options = options;
  }

  /** Throws TransportError when the port cannot be bound. */
  static async open(options: RpcServerOptions = {}): Promise<RpcServer> {
    const { network = udpNetwork, local = { host: '127.0.0.1', port: 0 }, settings, ntlm, gate, intercept } = options;
    const machine = new ClServer({
      bootTime: options.bootTime ?? Math.floor(network.clock.now() / 1000),
      newUuid: options.newUuid ?? newUuid,
      dialect: options.dialect ?? 'liberal',
      ...(settings && { settings }),
      ...(ntlm && { security: ntlmProviders(ntlm, () => network.clock.now()) }),
    });
    const server = new RpcServer(machine, options);
    server.#endpoint = await Endpoint.open({
      network,
      local,
      machine,
      onEvent: (event) => server.#dispatch(event),
      ...(gate && { gate }),
      ...(intercept && { intercept }),
    });
    server.serve(server.#management());
    return server;
  }

  get local(): Address {
    return this.#open.local;
  }

  get counters(): Readonly<ServerCounters> {
    return this.#machine.counters;
  }

  serve(served: RpcInterface): this {
    const { uuid, version, operations } = served;
    this.#interfaces.set(interfaceKey(served), served);
    this.#open.handle({ kind: 'serve', interface: { uuid, version, operations: operations.length } });
    return this;
  }

  /** Hands over a datagram as if it had come over the socket: what an endpoint mapper forwards. */
  deliver(datagram: Uint8Array, from: Address): void {
    this.#endpoint?.deliver(datagram, from);
  }

  close(): Promise<void> {
    for (const call of this.#running.values()) call.cancel();
    this.#closed ??= this.#open.close();
    return this.#closed;
  }

  ref(): void {
    this.#endpoint?.ref();
  }

  unref(): void {
    this.#endpoint?.unref();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #dispatch(event: ServerEvent): void {
    if (event.kind === 'rundown') {
      this.#options.onRundown?.(event.addressSpace);
      return;
    }
    if (event.kind === 'cancelled') {
      this.#running.get(event.call)?.cancel();
      return;
    }
    const operation = this.#interfaces.get(interfaceKey(event.interfaceId))?.operations[event.opnum];
    if (operation === undefined) {
      this.#complete(event.call, { kind: 'reject', status: ncaCode('nca_s_op_rng_error') });
      return;
    }
    const served = new ServedCall(event);
    try {
      const result = operation(served);
      if (result instanceof Uint8Array) {
        this.#complete(event.call, { kind: 'response', stub: result });
        return;
      }
      this.#running.set(event.call, served);
      result.then(
        (stub) => this.#complete(event.call, responseOf(stub)),
        (error: unknown) => this.#complete(event.call, outcomeOf(error)),
      );
    } catch (error) {
      this.#complete(event.call, outcomeOf(error));
    }
  }

  #complete(call: number, outcome: Outcome): void {
    this.#running.delete(call);
    this.#endpoint?.handle({ kind: 'complete', call, outcome });
  }

  #management(): RpcInterface {
    const listening = encodeIsServerListeningResponse({ status: 0, listening: true });
    return {
      uuid: MGMT.uuid,
      version: MGMT.version,
      operations: [
        () =>
          encodeInqIfIdsResponse({
            interfaces: [...this.#interfaces.values()].map(({ uuid, version }) => ({ uuid, version })),
            status: 0,
          }),
        ({ stub, littleEndian }) => {
          const { callsIn, callsOut, packetsIn, packetsOut } = this.counters;
          const { count } = decodeInqStatsRequest(stub, littleEndian);
          return encodeInqStatsResponse({
            statistics: [callsIn, callsOut, packetsIn, packetsOut].slice(0, count),
            status: 0,
          });
        },
        () => listening,
        () => encodeStopServerListeningResponse({ status: win32Code('ERROR_ACCESS_DENIED') }),
      ],
    };
  }

  get #open(): Endpoint<ServerInput, ServerEvent> {
    if (this.#endpoint === null) throw new LocalMisuseError('the RPC server is not open');
    return this.#endpoint;
  }
}

function ntlmProviders(options: NonNullable<RpcServerOptions['ntlm']>, now: () => number) {
  return new Map([[NTLM_PROTOCOL, new NtlmProvider({ ...options, random: randomBytes, now })]]);
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof RejectError) return { kind: 'reject', status: error.status };
  if (error instanceof FaultError) return { kind: 'fault', status: error.status };
  if (error instanceof Win32Error) return { kind: 'fault', status: error.errno ?? ncaCode('nca_s_fault_unspec') };
  if (error instanceof RemoteProtocolError) return { kind: 'fault', status: win32Code('RPC_X_BAD_STUB_DATA') };
  return { kind: 'fault', status: ncaCode('nca_s_fault_unspec') };
}

function interfaceKey({ uuid, version }: InterfaceId): string {
  return uuidKey(uuid) + String.fromCharCode(version.major);
}

/** A program in plain JavaScript may resolve with anything. */
function responseOf(stub: unknown): Outcome {
  if (stub instanceof Uint8Array) return { kind: 'response', stub };
  return { kind: 'fault', status: ncaCode('nca_s_fault_unspec') };
}
