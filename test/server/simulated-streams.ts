import type { Address } from '../../src/machine/contract.ts';
import { onAbort } from '../../src/status/on-abort.ts';
import { bindError } from '../../src/transport/bind-error.ts';
import { connectError, connectTimeout } from '../../src/transport/connect-error.ts';
import type {
  ConnectOptions,
  StreamHandlers,
  StreamListener,
  StreamNetwork,
  StreamSocket,
} from '../../src/transport/streams.ts';
import type { VirtualClock } from '../../src/transport/virtual-clock.ts';

export interface SimulatedStreamsOptions {
  readonly clock: VirtualClock;
  /** ms under way. Default 0.1. */
  readonly latency?: number;
  /** Bytes of each piece that arrives; default: as they were written. */
  readonly pieces?: number;
  /** Bytes that wait at an end which does not read before its peer is told. Default 64 KiB. */
  readonly window?: number;
  /** What happens to a connection: default `accept`, where something listens, else `refuse`. */
  readonly fate?: (to: Address) => 'accept' | 'refuse' | 'silence';
}

const FIRST_EPHEMERAL = 49_152;
const CLIENT = '192.0.2.200';

/** Connections in memory on virtual time: nothing is lost, and everything arrives in order. */
export class SimulatedStreams implements StreamNetwork {
  readonly clock: VirtualClock;
  readonly #options: Required<Omit<SimulatedStreamsOptions, 'clock' | 'pieces'>> & { readonly pieces: number };
  readonly #listeners = new Map<string, (socket: StreamSocket) => void>();
  #ephemeral = FIRST_EPHEMERAL;

  constructor({
    clock,
    latency = 0.1,
    pieces = Infinity,
    window = 65_536,
    fate = () => 'accept',
  }: SimulatedStreamsOptions) {
    this.clock = clock;
    this.#options = { latency, pieces, window, fate };
  }

  async connect(to: Address, { localAddress = CLIENT, timeout, signal }: ConnectOptions = {}): Promise<StreamSocket> {
    signal?.throwIfAborted();
    const fate = this.#options.fate(to);
    if (fate === 'silence') return this.#silence(to, timeout, signal);
    await this.#pass(this.#options.latency);
    const listener = this.#listeners.get(keyOf(to));
    if (listener === undefined || fate === 'refuse') {
      const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      throw connectError(to, cause);
    }
    const local = { host: localAddress, port: this.#ephemeral++ };
    const [near, far] = this.#pair(local, to);
    listener(far);
    return near;
  }

  listen(local: Address, onConnection: (socket: StreamSocket) => void): Promise<StreamListener> {
    const address = { host: local.host, port: local.port === 0 ? this.#ephemeral++ : local.port };
    const key = keyOf(address);
    if (this.#listeners.has(key)) {
      const cause = Object.assign(new Error('address in use'), { code: 'EADDRINUSE' });
      return Promise.reject(bindError('TCP', address, cause));
    }
    this.#listeners.set(key, onConnection);
    const close = () => Promise.resolve(void this.#listeners.delete(key));
    return Promise.resolve({ local: address, close, ref: noop, unref: noop });
  }

  #pair(near: Address, far: Address): [SimulatedSocket, SimulatedSocket] {
    const later = (run: () => void) => void this.clock.at(this.clock.now() + this.#options.latency, run);
    const a = new SimulatedSocket(near, far, later, this.#options);
    const b = new SimulatedSocket(far, near, later, this.#options);
    a.peer = b;
    b.peer = a;
    return [a, b];
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.at(this.clock.now() + ms, resolve);
    });
  }

  #silence(to: Address, timeout = Infinity, signal?: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      onAbort(signal, () => reject(signal?.reason));
      if (timeout === Infinity) return;
      this.clock.at(this.clock.now() + timeout, () => reject(connectTimeout(to, timeout)));
    });
  }
}

class SimulatedSocket implements StreamSocket {
  readonly local: Address;
  readonly remote: Address;
  peer: SimulatedSocket | null = null;
  readonly #later: (run: () => void) => void;
  readonly #limits: { readonly pieces: number; readonly window: number };
  #handlers: StreamHandlers | null = null;
  #waiting: (Uint8Array | null)[] = [];
  #held = 0;
  #paused = false;
  #gone = false;
  #ended = false;

  constructor(
    local: Address,
    remote: Address,
    later: (run: () => void) => void,
    limits: { readonly pieces: number; readonly window: number },
  ) {
    this.local = local;
    this.remote = remote;
    this.#later = later;
    this.#limits = limits;
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    this.#later(() => this.#read());
  }

  write(chunk: Uint8Array): boolean {
    const { peer } = this;
    if (this.#gone || this.#ended || peer === null) return true;
    const bytes = chunk.slice();
    peer.#held += bytes.length;
    this.#later(() => peer.arrive(bytes));
    return peer.#held < this.#limits.window;
  }

  together(run: () => void): void {
    run();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#later(() => this.#read());
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#later(() => this.peer?.arrive(null));
  }

  destroy(): Promise<void> {
    if (!this.#gone) this.end();
    this.#gone = true;
    return Promise.resolve();
  }

  ref(): void {}

  unref(): void {}

  drained(): void {
    this.#handlers?.onDrain();
  }

  arrive(bytes: Uint8Array | null): void {
    this.#waiting.push(bytes);
    this.#read();
  }

  #read(): void {
    while (!this.#paused && !this.#gone && this.#handlers !== null && this.#waiting.length > 0) {
      const bytes = this.#waiting.shift() ?? null;
      if (bytes === null) return this.#handlers.onEnd();
      const before = this.#held;
      this.#held -= bytes.length;
      for (let at = 0; at < bytes.length && !this.#gone; at += this.#limits.pieces) {
        this.#handlers.onChunk(bytes.subarray(at, at + this.#limits.pieces));
      }
      const { window } = this.#limits;
      if (before >= window && this.#held < window) this.peer?.drained();
    }
  }
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`;
}

function noop(): void {}
