/** An IP address as text (`127.0.0.1`, `::1`) and a UDP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * What a machine asks its driver for. Call `poll` until it answers `timeout`: the time (ms, same clock as `now`) at which
 * the machine wants `{kind: 'timer'}`, at the latest when nothing else comes; null: idle.
 */
export type Output<Event> =
  | { readonly kind: 'transmit'; readonly datagram: Uint8Array; readonly to: Address }
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'timeout'; readonly at: number | null };

/** A protocol machine without sockets, clocks or randomness of its own: the sans-IO contract. */
export interface Machine<Input, Event> {
  handle(input: Input | { readonly kind: 'timer' }, now: number): void;
  poll(): Output<Event>;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}
