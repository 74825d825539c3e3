import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type Address, sameAddress } from '../machine/contract.ts';
import { bindError } from './bind-error.ts';
import { systemClock } from './clock.ts';
import type { DatagramSocket, Deliver, Network, SendFailed } from './network.ts';

/** UDP of this machine. */
export const udpNetwork: Network = { clock: systemClock, bind: bindUdp };

/** Receive buffer asked of the system, bytes: bursts of callbacks and a busy event loop must not cost packets. */
const RECEIVE_BUFFER = 1 << 20;

async function bindUdp(local: Address, deliver: Deliver, sendFailed?: SendFailed): Promise<DatagramSocket> {
  const type = isIPv6(local.host) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, lookup: literalLookup(type === 'udp6' ? 6 : 4) });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      reject(bindError('UDP', local, cause));
    });
    socket.bind({ address: local.host, port: local.port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
  // Errors that ICMP brings back belong to one of many peers; its silence is answered by the machines.
  socket.on('error', () => {});
  socket.on('message', (message, from) => {
    if (from.port === 0) return; // nobody can be answered there
    deliver(new Uint8Array(message.buffer, message.byteOffset, message.length), {
      host: from.address,
      port: from.port,
    });
  });
  enlargeBuffer(socket);
  return new UdpSocket(socket, sendFailed);
}

class UdpSocket implements DatagramSocket {
  readonly local: Address;
  readonly #socket: Socket;
  readonly #sendFailed: SendFailed | undefined;
  /** Where the last datagram with a callback went without an error. */
  #passable: Address | null = null;
  #closed: Promise<void> | null = null;

  constructor(socket: Socket, sendFailed: SendFailed | undefined) {
    const { address, port } = socket.address();
    this.local = { host: address, port };
    this.#socket = socket;
    this.#sendFailed = sendFailed;
  }

  send(datagram: Uint8Array, to: Address): void {
    if (this.#closed !== null) return;
    // A callback for each datagram costs a tenth of a round trip: the first one to an address tells of its errors.
    if (this.#passable !== null && sameAddress(to, this.#passable)) this.#socket.send(datagram, to.port, to.host);
    else this.#socket.send(datagram, to.port, to.host, (cause) => this.#sent(to, cause));
  }

  #sent(to: Address, cause: NodeJS.ErrnoException | null): void {
    if (cause === null) this.#passable = to;
    else if (FINAL.has(cause.code ?? '')) this.#sendFailed?.(to, cause);
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#socket.close(() => resolve());
    });
    return this.#closed;
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}

/** Errors that the next datagram to the same address meets as well. */
const FINAL: ReadonlySet<string> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EHOSTUNREACH',
  'EINVAL',
  'EMSGSIZE',
  'ENETDOWN',
  'ENETUNREACH',
  'EPERM',
]);

type Lookup = (host: string, options: unknown, done: (error: null, address: string, family: number) => void) => void;

/** Addresses here are literals; the system's resolver would cost a turn of the event loop for each datagram. */
function literalLookup(family: 4 | 6): Lookup {
  return (host, _options, done) => done(null, host, family);
}

function enlargeBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The system's own size serves as well.
  }
}
