import { channel } from 'node:diagnostics_channel';
import type { Address, StreamMachine } from '../machine/contract.ts';
import type { Clock, Timer } from './clock.ts';
import type { StreamSocket } from './streams.ts';

/** What `clusrpc:stream` publishes: the bytes of one write or read, and the beginning and end of a connection. */
export interface StreamMessage {
  /** ms since 1970, of the network's own clock. */
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly local: Address;
  readonly remote: Address;
  readonly what: 'open' | 'chunk' | 'end';
  /** Empty but for a chunk. */
  readonly chunk: Uint8Array;
}

const streams = channel('clusrpc:stream');
const NOTHING = new Uint8Array(0);

/** ms that a peer has to read what was written to it, and to end a connection that was ended. */
export interface ConnectionLimits {
  readonly drainTimeout: number;
  readonly endTimeout: number;
}

const LIMITS: ConnectionLimits = { drainTimeout: 30_000, endTimeout: 2_000 };

export interface ConnectionOptions<Input, Event> {
  readonly clock: Clock;
  readonly socket: StreamSocket;
  readonly machine: StreamMachine<Input, Event>;
  readonly onEvent: (event: Event) => void;
  /** Nothing goes in or out any more. Called once. */
  readonly onClosed?: () => void;
  /** Which end it was that connected. */
  readonly side: 'client' | 'server';
  readonly limits?: Partial<ConnectionLimits>;
}

/** The driver of a connection: one machine, one stream socket, one clock. */
export class Connection<Input, Event> {
  readonly #options: ConnectionOptions<Input, Event>;
  readonly #limits: ConnectionLimits;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #closed: Promise<void> | null = null;
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Runs out when the peer reads nothing, or does not end. */
  #patience: Timer | null = null;
  #draining = false;

  constructor(options: ConnectionOptions<Input, Event>) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#publish(options.side === 'client' ? 'out' : 'in', 'open');
    options.socket.start({
      onChunk: (chunk) => {
        this.#publish('in', 'chunk', chunk);
        this.#input({ kind: 'chunk', chunk });
      },
      onDrain: () => {
        this.#endWait();
        options.socket.resume();
      },
      onEnd: () => {
        this.#publish('in', 'end');
        this.#input({ kind: 'ended' });
        void this.close();
      },
    });
    this.#drain();
  }

  get local(): Address {
    return this.#options.socket.local;
  }

  get remote(): Address {
    return this.#options.socket.remote;
  }

  /** When the connection has ended, the machine says what becomes of it. */
  handle(input: Input): void {
    this.#input(input);
  }

  ref(): void {
    this.#options.socket.ref();
  }

  unref(): void {
    this.#options.socket.unref();
  }

  /** Ends it at once, whatever is still to be sent; resolves when nothing of it is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #close(): Promise<void> {
    if (this.#state === 'open') this.#publish('out', 'end');
    this.#state = 'closed';
    this.#timer?.cancel();
    this.#endWait();
    const gone = this.#options.socket.destroy();
    this.#options.onClosed?.();
    return gone;
  }

  #input(input: Parameters<StreamMachine<Input, Event>['handle']>[0]): void {
    this.#options.machine.handle(input, this.#options.clock.now());
    if (!this.#draining) this.#drain();
  }

  #drain(): void {
    this.#draining = true;
    try {
      this.#options.socket.together(() => this.#pollAll());
    } finally {
      this.#draining = false;
    }
  }

  #pollAll(): void {
    const { machine, onEvent } = this.#options;
    for (let output = machine.poll(); ; output = machine.poll()) {
      if (output.kind === 'transmit') this.#write(output.chunk);
      else if (output.kind === 'event') onEvent(output.event);
      else if (output.kind === 'close') this.#end();
      else return this.#wake(output.at);
    }
  }

  #write(chunk: Uint8Array): void {
    if (this.#state !== 'open') return;
    const { socket } = this.#options;
    this.#publish('out', 'chunk', chunk);
    if (socket.write(chunk)) return;
    socket.pause();
    if (this.#patience === null) this.#wait(this.#limits.drainTimeout);
  }

  /** Behind what was written; a peer that does not end its own side is not waited for. */
  #end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#publish('out', 'end');
    this.#options.socket.end();
    this.#options.socket.resume();
    this.#endWait();
    this.#wait(this.#limits.endTimeout);
  }

  #wait(ms: number): void {
    const { clock } = this.#options;
    this.#patience = clock.at(clock.now() + ms, () => {
      this.#input({ kind: 'ended' });
      void this.close();
    });
  }

  #endWait(): void {
    this.#patience?.cancel();
    this.#patience = null;
  }

  /** As for datagrams, one that is set too early costs one look in vain. */
  #wake(at: number | null): void {
    if (at === null || at >= this.#timerAt || this.#state === 'closed') return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#options.clock.at(at, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#input({ kind: 'timer' });
    });
  }

  #publish(direction: 'in' | 'out', what: StreamMessage['what'], chunk: Uint8Array = NOTHING): void {
    if (!streams.hasSubscribers) return;
    const { clock, socket } = this.#options;
    const { local, remote } = socket;
    const message: StreamMessage = { time: clock.now(), direction, local, remote, what, chunk };
    streams.publish(message);
  }
}
