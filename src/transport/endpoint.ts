import { channel } from 'node:diagnostics_channel';
import type { Address, Machine } from '../machine/contract.ts';
import type { Timer } from './clock.ts';
import type { DatagramSocket, Network, SendFailed } from './network.ts';

/** What `clusrpc:pdu` publishes, one message a datagram. */
export interface PduMessage {
  /** ms since 1970, of the network's own clock. */
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly local: Address;
  readonly remote: Address;
  readonly datagram: Uint8Array;
}

const pdus = channel('clusrpc:pdu');

interface DatagramInput {
  readonly kind: 'datagram';
  readonly datagram: Uint8Array;
  readonly from: Address;
}

/** A datagram on its way, before the other side has it: pass it on, drop it, hold it, double it. */
export type Gate = (datagram: Uint8Array, to: Address, pass: () => void) => void;

export interface EndpointOptions<Input, Event> {
  readonly network: Network;
  readonly local: Address;
  readonly machine: Machine<Input | DatagramInput, Event>;
  readonly onEvent: (event: Event) => void;
  readonly onSendFailed?: SendFailed;
  /** Sees every datagram that goes out. */
  readonly gate?: Gate;
  /** Sees every datagram that comes in, first: true says that it has been taken elsewhere. */
  readonly intercept?: (datagram: Uint8Array, from: Address) => boolean;
}

/** The driver: one machine, one socket, one clock. */
export class Endpoint<Input, Event> {
  readonly #options: EndpointOptions<Input, Event>;
  #local: Address;
  #socket: DatagramSocket | null = null;
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #draining = false;

  private constructor(options: EndpointOptions<Input, Event>) {
    this.#options = options;
    this.#local = options.local;
  }

  static async open<Input, Event>(options: EndpointOptions<Input, Event>): Promise<Endpoint<Input, Event>> {
    const endpoint = new Endpoint(options);
    const { network, local, intercept } = options;
    endpoint.#socket = await network.bind(
      local,
      (datagram, from) => {
        endpoint.#publish('in', datagram, from);
        if (intercept?.(datagram, from) !== true) endpoint.deliver(datagram, from);
      },
      options.onSendFailed,
    );
    endpoint.#local = endpoint.#socket.local;
    return endpoint;
  }

  /** Where the socket is, or was, bound. */
  get local(): Address {
    return this.#local;
  }

  /** Hands the machine a datagram as if it had come over the socket. */
  deliver(datagram: Uint8Array, from: Address): void {
    this.handle({ kind: 'datagram', datagram, from });
  }

  handle(input: Input | DatagramInput | { readonly kind: 'timer' }): void {
    if (this.#socket === null) return;
    this.#options.machine.handle(input, this.#options.network.clock.now());
    if (!this.#draining) this.#drain();
  }

  ref(): void {
    this.#socket?.ref();
  }

  unref(): void {
    this.#socket?.unref();
  }

  /** Nothing goes in or out afterwards; the port is free when the promise resolves. */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    this.#timer?.cancel();
    await socket?.close();
  }

  #drain(): void {
    this.#draining = true;
    try {
      for (let output = this.#options.machine.poll(); ; output = this.#options.machine.poll()) {
        if (output.kind === 'transmit') this.#transmit(output.datagram, output.to);
        else if (output.kind === 'event') this.#options.onEvent(output.event);
        else return this.#wake(output.at);
      }
    } finally {
      this.#draining = false;
    }
  }

  #transmit(datagram: Uint8Array, to: Address): void {
    const { gate } = this.#options;
    if (gate === undefined) this.#send(datagram, to);
    else gate(datagram, to, () => this.#send(datagram, to));
  }

  #send(datagram: Uint8Array, to: Address): void {
    if (this.#socket === null) return;
    this.#publish('out', datagram, to);
    this.#socket.send(datagram, to);
  }

  #publish(direction: 'in' | 'out', datagram: Uint8Array, remote: Address): void {
    if (!pdus.hasSubscribers) return;
    const message: PduMessage = {
      time: this.#options.network.clock.now(),
      direction,
      local: this.local,
      remote,
      datagram,
    };
    pdus.publish(message);
  }

  /** A timer that is set too early costs one look in vain; one for each packet would cost more. */
  #wake(at: number | null): void {
    if (at === null || at >= this.#timerAt || this.#socket === null) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#options.network.clock.at(at, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.handle({ kind: 'timer' });
    });
  }
}
