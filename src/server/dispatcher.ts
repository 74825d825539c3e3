import { uuidKey } from '../bytes/uuid.ts';
import type { InterfaceId, Outcome } from '../machine/call.ts';
import { FaultError, RejectError, RemoteProtocolError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { type RpcCall, type RpcCallDetails, ServedCall } from './served-call.ts';

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

/** What a server offers, over whatever protocol it is called. */
export class Dispatcher {
  readonly #interfaces = new Map<string, RpcInterface>();

  serve(served: RpcInterface): void {
    this.#interfaces.set(interfaceKey(served), served);
  }

  get interfaces(): readonly RpcInterface[] {
    return [...this.#interfaces.values()];
  }

  operation(interfaceId: InterfaceId, opnum: number): RpcOperation | undefined {
    return this.#interfaces.get(interfaceKey(interfaceId))?.operations[opnum];
  }
}

/** The calls of one socket or connection, by the machine's numbers, whose operations have not ended yet. */
export class RunningCalls {
  readonly #dispatcher: Dispatcher;
  readonly #complete: (call: number, outcome: Outcome) => void;
  readonly #running = new Map<number, ServedCall>();

  constructor(dispatcher: Dispatcher, complete: (call: number, outcome: Outcome) => void) {
    this.#dispatcher = dispatcher;
    this.#complete = complete;
  }

  start(call: number, interfaceId: InterfaceId, details: RpcCallDetails): void {
    const operation = this.#dispatcher.operation(interfaceId, details.opnum);
    if (operation === undefined) {
      this.#complete(call, { kind: 'reject', status: ncaCode('nca_s_op_rng_error') });
      return;
    }
    const served = new ServedCall(details);
    try {
      const result = operation(served);
      if (result instanceof Uint8Array) {
        this.#complete(call, { kind: 'response', stub: result });
        return;
      }
      this.#running.set(call, served);
      result.then(
        (stub) => this.#end(call, responseOf(stub)),
        (error: unknown) => this.#end(call, outcomeOf(error)),
      );
    } catch (error) {
      this.#complete(call, outcomeOf(error));
    }
  }

  cancel(call: number): void {
    this.#running.get(call)?.cancel();
  }

  cancelAll(): void {
    for (const served of this.#running.values()) served.cancel();
  }

  #end(call: number, outcome: Outcome): void {
    this.#running.delete(call);
    this.#complete(call, outcome);
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof RejectError) return { kind: 'reject', status: error.status };
  if (error instanceof FaultError) return { kind: 'fault', status: error.status };
  if (error instanceof Win32Error) return { kind: 'fault', status: error.errno ?? ncaCode('nca_s_fault_unspec') };
  if (error instanceof RemoteProtocolError) return { kind: 'fault', status: win32Code('RPC_X_BAD_STUB_DATA') };
  return { kind: 'fault', status: ncaCode('nca_s_fault_unspec') };
}

/** A program in plain JavaScript may resolve with anything. */
function responseOf(stub: unknown): Outcome {
  if (stub instanceof Uint8Array) return { kind: 'response', stub };
  return { kind: 'fault', status: ncaCode('nca_s_fault_unspec') };
}

function interfaceKey({ uuid, version }: InterfaceId): string {
  return uuidKey(uuid) + String.fromCharCode(version.major);
}
