import type { Uuid } from '../bytes/uuid.ts';
import type { CallSemantics, CallTrace, InterfaceId } from '../machine/call.ts';
import type { Address } from '../machine/contract.ts';

/** Options of one call. */
export interface CallOptions {
  /** Default: at-most-once. Idempotent: the server may execute it twice, and calls nobody back. Maybe: no answer of any kind. */
  readonly semantics?: CallSemantics | undefined;
  /** The object that the call is for, where the interface has several. */
  readonly object?: Uuid | undefined;
  readonly signal?: AbortSignal | undefined;
  /** ms; default: as long as the server says that it is working. */
  readonly timeout?: number | undefined;
  /** What errors call it, such as `ApiOpenCluster`. */
  readonly name?: string | undefined;
}

/** What a call answered. */
export interface CallResult {
  readonly stub: Uint8Array;
  /** Byte order of the stub. */
  readonly littleEndian: boolean;
  /** What went over the wire for it. */
  readonly trace: CallTrace;
}

/** One server, as a client of ours reaches it, whatever the protocol. */
export interface Caller {
  /** Where the next request goes: another address than at first when an endpoint mapper forwarded the call. */
  readonly server: Address;
  /**
   * Executes an operation and resolves with its results, still NDR-encoded. `stub` is little-endian. Throws FaultError (it
   * may have been executed), RejectError (it was not), TransportError (silence, a send that failed, or time-out),
   * RemoteProtocolError, or the signal's reason.
   */
  call(interfaceId: InterfaceId, opnum: number, stub: Uint8Array, options?: CallOptions): Promise<CallResult>;
  /** A context handle of this server is held: it learns that its client lives until as many `release` have followed. */
  hold(): void;
  /** Takes one `hold` back. */
  release(): void;
}
