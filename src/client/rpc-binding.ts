import type { Uuid } from '../bytes/uuid.ts';
import type { CallTrace, InterfaceId } from '../machine/call.ts';
import type { Address } from '../machine/contract.ts';

export interface RpcCallOptions {
  /** The server may execute it more than once; no callback comes. Default: at most once. */
  readonly idempotent?: boolean;
  /** Sent once, without an answer of any kind. */
  readonly maybe?: boolean;
  readonly object?: Uuid;
  readonly signal?: AbortSignal | undefined;
  /** ms; default: as long as the server says that it is working. */
  readonly timeout?: number | undefined;
  /** What errors call it, such as `ApiOpenCluster`. */
  readonly name?: string;
}

export interface RpcResult {
  readonly stub: Uint8Array;
  /** Byte order of the stub. */
  readonly littleEndian: boolean;
  readonly trace: CallTrace;
}

/** What the socket does for a binding. */
export interface BindingFace {
  start(interfaceId: InterfaceId, opnum: number, stub: Uint8Array, options?: RpcCallOptions): Promise<RpcResult>;
  control(kind: 'hold' | 'release' | 'unbind'): void;
}

/** One server, as one socket of ours reaches it. */
export class RpcBinding {
  /** Where the next request goes: another address than at first when a mapper forwarded the call. */
  server: Address;
  readonly #face: BindingFace;

  constructor(server: Address, face: BindingFace) {
    this.server = server;
    this.#face = face;
  }

  /**
   * Executes an operation and resolves with its results, still NDR-encoded. `stub` is little-endian. Throws FaultError (it
   * may have been executed), RejectError (it was not), TransportError (silence or time-out), RemoteProtocolError, or
   * the signal's reason.
   */
  call(interfaceId: InterfaceId, opnum: number, stub: Uint8Array, options?: RpcCallOptions): Promise<RpcResult> {
    return this.#face.start(interfaceId, opnum, stub, options);
  }

  /** The caller has got a context handle from this server: keep-alives go out until it is released. */
  hold(): void {
    this.#face.control('hold');
  }

  release(): void {
    this.#face.control('release');
  }
}
