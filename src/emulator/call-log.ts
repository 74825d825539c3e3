import { sameName } from '../interface/clusapi/index.ts';
import type { Address } from '../machine/contract.ts';

/** How the emulated host answered a call; `status` is the Win32 or DCE number in a response, else the number on the wire. */
export interface CallResult {
  readonly kind: 'response' | 'fault' | 'reject';
  readonly status: number;
}

/** One call that arrived at the emulated host. */
export interface LoggedCall {
  /** ms since 1970, of the emulated host's clock. */
  readonly time: number;
  /** `ApiOpenCluster`, `ept_map`. */
  readonly operation: string;
  readonly from: Address;
  readonly result: CallResult;
}

/** The calls that operations of the emulated host got, the oldest first; the last `limit` of them. */
export class CallLog {
  readonly #limit: number;
  #calls: LoggedCall[] = [];
  #total = 0;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** How many there were, forgotten ones included. */
  get total(): number {
    return this.#total;
  }

  add(call: LoggedCall): void {
    this.#total += 1;
    this.#calls.push(call);
    if (this.#calls.length >= 2 * this.#limit) this.#calls = this.#calls.slice(-this.#limit);
  }

  /** Those of one operation, in any case, or all. */
  calls(operation?: string): readonly LoggedCall[] {
    const kept = this.#calls.slice(-this.#limit);
    return operation === undefined ? kept : kept.filter((call) => sameName(call.operation, operation));
  }
}
