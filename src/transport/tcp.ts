import { createServer, Socket } from 'node:net';
import type { Address } from '../machine/contract.ts';
import { onAbort } from '../status/on-abort.ts';
import { bindError } from './bind-error.ts';
import { systemClock } from './clock.ts';
import { connectError, connectTimeout } from './connect-error.ts';
import type { ConnectOptions, StreamHandlers, StreamListener, StreamNetwork, StreamSocket } from './streams.ts';

/** TCP of this machine. */
export const tcpNetwork: StreamNetwork = { clock: systemClock, connect, listen };

async function connect(
  { host, port }: Address,
  { localAddress, timeout, signal }: ConnectOptions = {},
): Promise<StreamSocket> {
  signal?.throwIfAborted();
  const socket = new Socket();
  await new Promise<void>((resolve, reject) => {
    const settle = (end: () => void) => {
      timer?.cancel();
      stop();
      socket.removeAllListeners();
      end();
    };
    const giveUp = (reason: unknown) =>
      settle(() => {
        socket.on('error', () => {});
        socket.destroy();
        reject(reason);
      });
    const timer =
      timeout === undefined
        ? null
        : systemClock.at(systemClock.now() + timeout, () => giveUp(connectTimeout({ host, port }, timeout)));
    const stop = onAbort(signal, () => giveUp(signal?.reason));
    socket.once('error', (cause) => giveUp(connectError({ host, port }, cause)));
    socket.connect({ host, port, ...(localAddress !== undefined && { localAddress }) }, () => settle(resolve));
  });
  return new TcpSocket(socket);
}

async function listen(local: Address, onConnection: (socket: StreamSocket) => void): Promise<StreamListener> {
  const server = createServer({ pauseOnConnect: true }, (socket) => onConnection(new TcpSocket(socket)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(bindError('TCP', local, cause)));
    server.listen({ host: local.host, port: local.port, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  // What goes wrong with a connection that is being accepted, such as too many open files, ends that connection only.
  server.on('error', () => {});
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server without an address');
  return {
    local: { host: bound.address, port: bound.port },
    close: () => new Promise((resolve) => server.close(() => resolve())),
    ref: () => server.ref(),
    unref: () => server.unref(),
  };
}

class TcpSocket implements StreamSocket {
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
    this.local = { host: localAddress, port: localPort };
    this.remote = { host: remoteAddress, port: remotePort };
    this.#socket = socket;
    socket.setNoDelay(true);
    // It is told as an end: what broke a connection is nothing that its machine could know.
    socket.on('error', () => {});
  }

  start({ onChunk, onDrain, onEnd }: StreamHandlers): void {
    const socket = this.#socket;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      onEnd();
    };
    socket.on('data', (chunk) => onChunk(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)));
    socket.on('drain', onDrain);
    socket.on('end', end);
    socket.on('close', end);
    if (socket.destroyed) queueMicrotask(end);
    else socket.resume();
  }

  write(chunk: Uint8Array): boolean {
    return this.#socket.write(chunk);
  }

  together(run: () => void): void {
    this.#socket.cork();
    try {
      run();
    } finally {
      this.#socket.uncork();
    }
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): Promise<void> {
    const socket = this.#socket;
    for (const event of ['data', 'drain', 'end', 'close']) socket.removeAllListeners(event);
    if (socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      socket.once('close', () => resolve());
      socket.destroy();
    });
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}
