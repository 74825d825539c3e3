import type { DatagramLevel } from '../auth/datagram/level.ts';
import { NtlmServerSecurity } from '../auth/datagram/server-security.ts';
import type { NtlmIdentity } from '../auth/ntlm/server-context.ts';
import type { Uuid } from '../bytes/uuid.ts';
import type { ServerEvent } from '../machine/cl/server/types.ts';
import type { Address } from '../machine/contract.ts';

/** What an operation is told about its call. */
export interface RpcCall {
  readonly opnum: number;
  /** Arguments, NDR-encoded. */
  readonly stub: Uint8Array;
  readonly littleEndian: boolean;
  readonly from: Address;
  /** The client process; null when no callback was needed. Context handles belong to it. */
  readonly addressSpace: Uuid | null;
  readonly object: Uuid;
  /** Who calls, as far as the server was asked to find out; null: unauthenticated. */
  readonly caller: RpcCallerIdentity | null;
  /** Aborted when the client cancels the call or gives it up. */
  readonly signal: AbortSignal;
}

/** Somebody who has proved a password, and how the call is protected. */
export interface RpcCallerIdentity extends NtlmIdentity {
  readonly level: DatagramLevel;
}

/** A call with the manager. Its signal is made when the operation asks for it: most never do. */
export class ServedCall implements RpcCall {
  readonly opnum: number;
  readonly stub: Uint8Array;
  readonly littleEndian: boolean;
  readonly from: Address;
  readonly addressSpace: Uuid | null;
  readonly object: Uuid;
  readonly caller: RpcCallerIdentity | null;
  #controller: AbortController | null = null;
  #cancelled = false;

  constructor(event: ServerEvent & { readonly kind: 'dispatch' }) {
    this.opnum = event.opnum;
    this.stub = event.stub;
    this.littleEndian = event.littleEndian;
    this.from = event.from;
    this.addressSpace = event.addressSpace;
    this.object = event.object;
    const { security } = event;
    this.caller = security instanceof NtlmServerSecurity ? { ...security.identity, level: security.level } : null;
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
