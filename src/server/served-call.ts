import type { AuthLevel } from '../auth/datagram/level.ts';
import type { NtlmIdentity } from '../auth/ntlm/server-context.ts';
import type { Uuid } from '../bytes/uuid.ts';
import type { Address } from '../machine/contract.ts';

/** What is known of a call when it is dispatched. */
export interface RpcCallDetails {
  readonly opnum: number;
  /** Arguments, NDR-encoded. */
  readonly stub: Uint8Array;
  readonly littleEndian: boolean;
  readonly from: Address;
  readonly protocol: 'ncadg_ip_udp' | 'ncacn_ip_tcp';
  /**
   * The client process, or over TCP its association group; null when no callback was needed. Context handles belong to it.
   */
  readonly addressSpace: Uuid | null;
  readonly object: Uuid;
  /** Who calls, as far as the server was asked to find out; null: unauthenticated. */
  readonly caller: RpcCallerIdentity | null;
}

/** What an operation is told about its call. */
export interface RpcCall extends RpcCallDetails {
  /** Aborted when the client cancels the call or gives it up. */
  readonly signal: AbortSignal;
}

/** Somebody who has proved a password, and how the call is protected. */
export interface RpcCallerIdentity extends NtlmIdentity {
  readonly level: AuthLevel;
}

/** A call with the manager. Its signal is made when the operation asks for it: most never do. */
export class ServedCall implements RpcCall {
  readonly opnum: number;
  readonly stub: Uint8Array;
  readonly littleEndian: boolean;
  readonly from: Address;
  readonly protocol: RpcCallDetails['protocol'];
  readonly addressSpace: Uuid | null;
  readonly object: Uuid;
  readonly caller: RpcCallerIdentity | null;
  #controller: AbortController | null = null;
  #cancelled = false;

  constructor(details: RpcCallDetails) {
    this.opnum = details.opnum;
    this.stub = details.stub;
    this.littleEndian = details.littleEndian;
    this.from = details.from;
    this.protocol = details.protocol;
    this.addressSpace = details.addressSpace;
    this.object = details.object;
    this.caller = details.caller;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cancelled) this.#controller.abort();
    return this.#controller.signal;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#controller?.abort();
  }
}
