import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';
import { systemClock } from './clock.ts';
import type { DatagramSocket, Deliver, Network } from './network.ts';

/** What a connected socket notices and an unconnected one does not. */
export interface ReachabilityObserver {
  /** Bytes from the peer, whatever they are. */
  readonly onDatagram: (datagram: Uint8Array) => void;
  /** The system's word for what ICMP or its own routing table said: ECONNREFUSED, EHOSTUNREACH and the like. */
  readonly onTrouble: (code: string) => void;
}

/**
 * A network whose sockets are connected to one peer: they report ICMP errors, know their own source address, and hear
 * nobody but the peer.
 */
export function connectedNetwork(peer: Address, observer: ReachabilityObserver): Network {
  return { clock: systemClock, bind: (local, deliver) => bindConnected(local, peer, observer, deliver) };
}

/** The address that this machine sends from when it sends to `peer`; null without a route. Nothing is sent. */
export async function sourceAddressTo(peer: Address): Promise<string | null> {
  let routed = true;
  const network = connectedNetwork(peer, {
    onDatagram: () => {},
    onTrouble: () => {
      routed = false;
    },
  });
  const socket = await network.bind({ host: isIPv6(peer.host) ? '::' : '0.0.0.0', port: 0 }, () => {});
  await socket.close();
  return routed ? socket.local.host : null;
}

async function bindConnected(
  local: Address,
  peer: Address,
  observer: ReachabilityObserver,
  deliver: Deliver,
): Promise<DatagramSocket> {
  const socket = createSocket(isIPv6(peer.host) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      reject(new TransportError(`cannot bind UDP ${local.host}: ${cause.message}`, { cause, syscall: 'bind' }));
    });
    socket.bind({ address: local.host, port: local.port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
  socket.on('error', (error) => observer.onTrouble(codeOf(error)));
  socket.on('message', (message, from) => {
    const datagram = new Uint8Array(message.buffer, message.byteOffset, message.length);
    observer.onDatagram(datagram);
    deliver(datagram, { host: from.address, port: from.port });
  });
  const connected = await connect(socket, peer, observer);
  return new ConnectedSocket(socket, connected, observer);
}

/** A peer without a route is news for the observer, not a reason to throw: the socket then stays silent. */
function connect(socket: Socket, { host, port }: Address, observer: ReachabilityObserver): Promise<boolean> {
  return new Promise((resolve) => {
    socket.connect(port, host, (error?: Error) => {
      if (error) observer.onTrouble(codeOf(error));
      resolve(!error);
    });
  });
}

class ConnectedSocket implements DatagramSocket {
  readonly local: Address;
  readonly #socket: Socket;
  readonly #observer: ReachabilityObserver;
  #open: boolean;
  #closed: Promise<void> | null = null;

  constructor(socket: Socket, connected: boolean, observer: ReachabilityObserver) {
    const { address, port } = socket.address();
    this.local = { host: address, port };
    this.#socket = socket;
    this.#observer = observer;
    this.#open = connected;
  }

  send(datagram: Uint8Array): void {
    if (!this.#open) return;
    this.#socket.send(datagram, (error) => {
      if (error !== null) this.#observer.onTrouble(codeOf(error));
    });
  }

  close(): Promise<void> {
    this.#open = false;
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

function codeOf(error: Error & { readonly code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : error.message;
}
