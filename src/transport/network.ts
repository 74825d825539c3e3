import type { Address } from '../machine/contract.ts';
import type { Clock } from './clock.ts';

/** A bound UDP socket, real or simulated. */
export interface DatagramSocket {
  readonly local: Address;
  /** An error of sending is told to the network's `SendFailed`, where it is final; all others are like loss. */
  send(datagram: Uint8Array, to: Address): void;
  /** Gives the port back before it returns or resolves; nothing is delivered afterwards. */
  close(): Promise<void>;
  /** Whether the socket keeps the process alive. */
  ref(): void;
  /** The process may end although the socket is open. */
  unref(): void;
}

/** Called for each datagram that arrives. */
export type Deliver = (datagram: Uint8Array, from: Address) => void;

/** The system refuses to send to that address, and will again: no route, no right, too long. `cause.code` says which. */
export type SendFailed = (to: Address, cause: NodeJS.ErrnoException) => void;

/** Where sockets come from, with the clock that belongs to it. */
export interface Network {
  readonly clock: Clock;
  /** Port 0: any. Throws TransportError with code ERR_CLUSRPC_TRANSPORT; its cause carries EADDRINUSE and the like. */
  bind(local: Address, deliver: Deliver, sendFailed?: SendFailed): Promise<DatagramSocket>;
}
