import { channel } from 'node:diagnostics_channel';
import type { CallTrace, InterfaceId } from '../machine/call.ts';
import type { ClientEvent } from '../machine/cl/client/types.ts';
import type { CoClientEvent } from '../machine/co/client/types.ts';
import type { Address } from '../machine/contract.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { onAbort } from '../status/on-abort.ts';
import type { Clock } from '../transport/clock.ts';
import { failure, timedOut } from './call-error.ts';
import type { Caller, CallOptions, CallResult } from './caller.ts';

/** How a call ended, whatever the protocol. */
export type EndOfCall = Exclude<ClientEvent, { kind: 'repointed' }> | CoClientEvent;

/** What `clusrpc:call` publishes when a call has ended. */
export interface CallMessage {
  readonly time: number;
  readonly ms: number;
  readonly server: Address;
  readonly local: Address;
  readonly interfaceId: InterfaceId;
  readonly opnum: number;
  readonly name: string | undefined;
  readonly outcome: EndOfCall['kind'];
  readonly status: number | undefined;
}

interface Pending {
  readonly server: Caller;
  readonly resolve: (result: CallResult) => void;
  readonly reject: (reason: unknown) => void;
  readonly name: string | undefined;
  readonly cleanup: (() => void) | null;
  readonly report: ((event: EndOfCall) => void) | null;
  /** Why its caller gave it up. */
  reason: ((trace: CallTrace) => unknown) | null;
}

export interface PendingCallsOptions {
  readonly clock: Clock;
  readonly local: () => Address;
  /** Tells the machine that nobody waits for this call any more: it ends as `abandoned`. */
  readonly abandon: (call: number) => void;
}

const calls = channel('clusrpc:call');
const NOTHING = new Uint8Array(0);

/** The calls of a machine whose callers wait, by number: each ends by an event, its caller's signal or its time. */
export class PendingCalls {
  readonly #options: PendingCallsOptions;
  readonly #pending = new Map<number, Pending>();

  constructor(options: PendingCallsOptions) {
    this.#options = options;
  }

  /** `begin` hands the call to the machine, unless it is aborted already. */
  start(
    call: number,
    server: Caller,
    { interfaceId, opnum, stub }: { readonly interfaceId: InterfaceId; readonly opnum: number; readonly stub: unknown },
    options: CallOptions,
    begin: () => void,
  ): Promise<CallResult> {
    const { signal, timeout, name } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (!(stub instanceof Uint8Array)) return Promise.reject(notBytes(stub));
    return new Promise((resolve, reject) => {
      const report = calls.hasSubscribers ? this.#reporter(server, interfaceId, opnum, name) : null;
      const cleanup = signal === undefined && timeout === undefined ? null : this.#limit(call, options);
      this.#pending.set(call, { server, resolve, reject, name, cleanup, report, reason: null });
      begin();
    });
  }

  end(event: EndOfCall): void {
    const pending = this.#take(event.call);
    if (pending === null) return;
    pending.report?.(event);
    if (event.kind === 'response') {
      pending.resolve({ stub: event.stub, littleEndian: event.littleEndian, trace: event.trace });
    } else if (event.kind === 'sent') {
      pending.resolve({ stub: NOTHING, littleEndian: true, trace: event.trace });
    } else if (event.kind === 'abandoned') {
      pending.reject(pending.reason?.(event.trace));
    } else {
      pending.reject(failure(event, pending.name));
    }
  }

  /** Gives up the calls to servers of which `concerned` is true. */
  giveUpAll(concerned: (server: Caller) => boolean, reason: (trace: CallTrace, name?: string) => unknown): void {
    for (const [call, pending] of this.#pending) {
      if (concerned(pending.server)) this.#giveUp(call, (trace) => reason(trace, pending.name));
    }
  }

  /** Without the machine, which is about to be closed. */
  rejectAll(reason: unknown): void {
    for (const call of [...this.#pending.keys()]) this.#take(call)?.reject(reason);
  }

  /** Ends the call by itself when the caller's signal or time says so. */
  #limit(call: number, { signal, timeout, name }: CallOptions): () => void {
    const { clock } = this.#options;
    const timer =
      timeout === undefined
        ? null
        : clock.at(clock.now() + timeout, () => this.#giveUp(call, (trace) => timedOut(timeout, trace, name)));
    const stop = onAbort(signal, () => this.#giveUp(call, () => signal?.reason));
    return () => {
      timer?.cancel();
      stop();
    };
  }

  #giveUp(call: number, reason: (trace: CallTrace) => unknown): void {
    const pending = this.#pending.get(call);
    if (pending === undefined) return;
    pending.reason = reason;
    this.#options.abandon(call);
  }

  #take(call: number): Pending | null {
    const pending = this.#pending.get(call);
    if (pending === undefined) return null;
    this.#pending.delete(call);
    pending.cleanup?.();
    return pending;
  }

  #reporter(binding: Caller, interfaceId: InterfaceId, opnum: number, name: string | undefined) {
    const { clock } = this.#options;
    const time = clock.now();
    return (event: EndOfCall) => {
      const status = 'status' in event ? event.status : undefined;
      const message: CallMessage = {
        time,
        ms: clock.now() - time,
        server: binding.server,
        local: this.#options.local(),
        interfaceId,
        opnum,
        name,
        outcome: event.kind,
        status,
      };
      calls.publish(message);
    };
  }
}

/** A program in plain JavaScript may call with anything; the encoding of a text would be a guess. */
function notBytes(stub: unknown): LocalMisuseError {
  return new LocalMisuseError(`a stub is bytes, and this is a ${stub === null ? 'null' : typeof stub}`, {
    advice: 'Give a Uint8Array or a Buffer, such as Buffer.from(text).',
  });
}
