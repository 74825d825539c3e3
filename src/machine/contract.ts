/** An IP address as text (`127.0.0.1`, `::1`) and a UDP or TCP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A datagram to send. */
export interface DatagramOutput {
  readonly kind: 'transmit';
  readonly datagram: Uint8Array;
  readonly to: Address;
}

/** What a machine of one connection does with it: the next bytes of the stream, or its end behind all that was written. */
export type StreamOutput = { readonly kind: 'transmit'; readonly chunk: Uint8Array } | { readonly kind: 'close' };

/** What the driver of a connection tells its machine; the end comes from the peer, or from a network that broke. */
export type StreamInput = { readonly kind: 'chunk'; readonly chunk: Uint8Array } | { readonly kind: 'ended' };

/**
 * What a machine asks its driver for. Call `poll` until it answers `timeout`: the time (ms, same clock as `now`) at which
 * the machine wants `{kind: 'timer'}`, at the latest when nothing else comes; null: idle.
 */
export type Output<Event, Sent = DatagramOutput> =
  | Sent
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'timeout'; readonly at: number | null };

/** A protocol machine without sockets, clocks or randomness of its own: the sans-IO contract. */
export interface Machine<Input, Event, Sent = DatagramOutput> {
  handle(input: Input | { readonly kind: 'timer' }, now: number): void;
  poll(): Output<Event, Sent>;
}

/** A machine of one connection. */
export type StreamMachine<Input, Event> = Machine<Input | StreamInput, Event, StreamOutput>;

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}
