import type { Address, DatagramOutput, Output, StreamOutput } from './contract.ts';

/** What a machine wants to say, first in first out, and the earliest of its deadlines. */
class Queue<Event, Sent> {
  #queue: Output<Event, Sent>[] = [];
  #next = 0;
  /** Lower bound of all deadlines, ms: a cancelled one may wake the machine once in vain, none is ever missed. */
  #deadline = Number.POSITIVE_INFINITY;

  protected send(sent: Sent): void {
    this.#queue.push(sent);
  }

  event(event: Event): void {
    this.#queue.push({ kind: 'event', event });
  }

  arm(at: number): void {
    if (at < this.#deadline) this.#deadline = at;
  }

  /** True when the earliest deadline has come; the caller looks at every timer and arms again those still wanted. */
  due(now: number): boolean {
    if (now < this.#deadline) return false;
    this.#deadline = Number.POSITIVE_INFINITY;
    return true;
  }

  poll(): Output<Event, Sent> {
    const output = this.#queue[this.#next];
    if (output !== undefined) {
      this.#next += 1;
      return output;
    }
    if (this.#next > 0) {
      this.#queue = [];
      this.#next = 0;
    }
    return { kind: 'timeout', at: this.#deadline === Number.POSITIVE_INFINITY ? null : this.#deadline };
  }
}

export class Outbox<Event> extends Queue<Event, DatagramOutput> {
  transmit(datagram: Uint8Array, to: Address): void {
    this.send({ kind: 'transmit', datagram, to });
  }
}

export class StreamOutbox<Event> extends Queue<Event, StreamOutput> {
  transmit(chunk: Uint8Array): void {
    this.send({ kind: 'transmit', chunk });
  }

  close(): void {
    this.send({ kind: 'close' });
  }
}
