import type { Address } from '../machine/contract.ts';
import type { Clock } from './clock.ts';

/** One end of a connection, real or simulated. It reads nothing before `start`. */
export interface StreamSocket {
  readonly local: Address;
  readonly remote: Address;
  /** Begins to read. Called once. */
  start(handlers: StreamHandlers): void;
  /** False: the peer takes less than is written; `onDrain` follows once it has caught up. */
  write(chunk: Uint8Array): boolean;
  /** Writes made while `run` runs go out together. */
  together(run: () => void): void;
  /** Whether anything is read: a peer that does not read is not read from. */
  pause(): void;
  /** Reads on after `pause`. */
  resume(): void;
  /** Ends behind everything that was written. */
  end(): void;
  /** No handler is called afterwards. Resolves when everything is given back. */
  destroy(): Promise<void>;
  /** It keeps the process alive, which is the default. */
  ref(): void;
  /** It does not. */
  unref(): void;
}

/** What a socket calls. */
export interface StreamHandlers {
  /** Bytes came in. */
  readonly onChunk: (chunk: Uint8Array) => void;
  /** The peer has caught up: more can be written. */
  readonly onDrain: () => void;
  /** The peer has ended the connection, or the network has broken it. Called once. */
  readonly onEnd: () => void;
}

/** A port where connections are taken. */
export interface StreamListener {
  readonly local: Address;
  /** Gives the port back; connections that were accepted go on. */
  close(): Promise<void>;
  /** It keeps the process alive, which is the default. */
  ref(): void;
  /** It does not. */
  unref(): void;
}

/** From where a connection is made, and how long it may take. */
export interface ConnectOptions {
  /** Default: the address that the system chooses. */
  readonly localAddress?: string | undefined;
  /** ms for the connection to be made; default: as long as the system tries. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where connections come from, with the clock that belongs to it. */
export interface StreamNetwork {
  readonly clock: Clock;
  /**
   * Throws TransportError with syscall `connect`; its cause carries ECONNREFUSED and the like, its code is
   * ERR_CLUSRPC_TIMEOUT when nobody answered in time. Throws the signal's reason.
   */
  connect(to: Address, options?: ConnectOptions): Promise<StreamSocket>;
  /** Port 0: any. Throws TransportError as Network.bind does. */
  listen(local: Address, onConnection: (socket: StreamSocket) => void): Promise<StreamListener>;
}
