import { isAddressInUse } from '../client/bind-first.ts';
import type { Address } from '../machine/contract.ts';
import type { DatagramSocket, Deliver, Network } from '../transport/network.ts';

/** How many ports are tried until one is free at both addresses. */
const ATTEMPTS = 20;

/**
 * A network on which servers answer from another address than the one that they are asked at, and from the same port where
 * it is free there: what a host with two addresses in one subnet does.
 */
export function replyingFrom(network: Network, host: string): Network {
  return { clock: network.clock, bind: (local, deliver) => bindBoth(network, local, host, deliver, ATTEMPTS) };
}

async function bindBoth(
  network: Network,
  local: Address,
  host: string,
  deliver: Deliver,
  attempts: number,
): Promise<DatagramSocket> {
  const asked = await network.bind(local, deliver);
  try {
    return new TwoAddresses(asked, await network.bind({ host, port: asked.local.port }, deliver));
  } catch (error) {
    await asked.close();
    if (local.port !== 0 || attempts === 0 || !isAddressInUse(error)) throw error;
    return bindBoth(network, local, host, deliver, attempts - 1);
  }
}

class TwoAddresses implements DatagramSocket {
  readonly #asked: DatagramSocket;
  readonly #answering: DatagramSocket;

  constructor(asked: DatagramSocket, answering: DatagramSocket) {
    this.#asked = asked;
    this.#answering = answering;
  }

  get local(): Address {
    return this.#asked.local;
  }

  send(datagram: Uint8Array, to: Address): void {
    this.#answering.send(datagram, to);
  }

  async close(): Promise<void> {
    await Promise.all([this.#asked.close(), this.#answering.close()]);
  }

  ref(): void {
    for (const socket of [this.#asked, this.#answering]) socket.ref();
  }

  unref(): void {
    for (const socket of [this.#asked, this.#answering]) socket.unref();
  }
}
