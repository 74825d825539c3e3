import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';
import { bindError } from './bind-error.ts';
import type { DatagramSocket, Deliver, Network } from './network.ts';
import { seededRandom } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How the simulated network treats a datagram. Probabilities from 0 to 1, times in ms. */
export interface LinkConditions {
  /** Time under way. */
  readonly latency: number;
  /** Up to this much more, each datagram its own: what makes them overtake each other. */
  readonly jitter: number;
  readonly loss: number;
  readonly duplicate: number;
  /** Probability of being held back by `reorderDelay`. */
  readonly reorder: number;
  readonly reorderDelay: number;
  /** Largest UDP payload, bytes; larger ones are lost. */
  readonly mtu: number;
}

export const PERFECT_LINK: LinkConditions = {
  latency: 0.1,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderDelay: 0,
  mtu: 65_507,
};

export interface SimulatedNetworkOptions {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** One for all links, or one for each direction. */
  readonly conditions?: Partial<LinkConditions> | ((from: Address, to: Address) => Partial<LinkConditions>);
}

const FIRST_EPHEMERAL = 49_152;
const LAST_PORT = 65_535;

/** A network in memory on virtual time: the same seed gives the same fate to every datagram. */
export class SimulatedNetwork implements Network {
  readonly clock: VirtualClock;
  readonly #random: () => number;
  readonly #conditions: (from: Address, to: Address) => LinkConditions;
  readonly #sockets = new Map<string, { deliver: Deliver }>();
  #ephemeral = FIRST_EPHEMERAL;

  constructor({ clock, seed, conditions = {} }: SimulatedNetworkOptions) {
    this.clock = clock;
    this.#random = seededRandom(seed);
    if (typeof conditions === 'function') {
      this.#conditions = (from, to) => ({ ...PERFECT_LINK, ...conditions(from, to) });
    } else {
      const fixed = { ...PERFECT_LINK, ...conditions };
      this.#conditions = () => fixed;
    }
  }

  /** Ports that are bound at this address, in order. */
  bound(host: string): readonly number[] {
    const ports = [...this.#sockets.keys()].filter((key) => key.startsWith(`${host} `));
    return ports.map((key) => Number(key.slice(host.length + 1))).sort((a, b) => a - b);
  }

  bind(local: Address, deliver: Deliver): Promise<DatagramSocket> {
    const port = local.port === 0 ? this.#freePort(local.host) : local.port;
    const address = { host: local.host, port };
    const key = keyOf(address);
    if (this.#sockets.has(key)) {
      const cause = Object.assign(new Error('address in use'), { code: 'EADDRINUSE' });
      return Promise.reject(bindError('UDP', { host: local.host, port }, cause));
    }
    const entry = { deliver };
    this.#sockets.set(key, entry);
    const close = () => {
      if (this.#sockets.get(key) === entry) this.#sockets.delete(key);
      return Promise.resolve();
    };
    const send = (datagram: Uint8Array, to: Address) => {
      if (this.#sockets.get(key) === entry) this.#send(datagram, address, to);
    };
    return Promise.resolve({ local: address, send, close, ref: noop, unref: noop });
  }

  #send(datagram: Uint8Array, from: Address, to: Address): void {
    const link = this.#conditions(from, to);
    const random = this.#random;
    if (datagram.length > link.mtu || random() < link.loss) return;
    const copies = random() < link.duplicate ? 2 : 1;
    const bytes = datagram.slice();
    for (let i = 0; i < copies; i++) {
      const held = random() < link.reorder ? link.reorderDelay : 0;
      const arrival = this.clock.now() + link.latency + random() * link.jitter + held;
      this.clock.at(arrival, () => this.#sockets.get(keyOf(to))?.deliver(bytes, from));
    }
  }

  #freePort(host: string): number {
    for (let tried = FIRST_EPHEMERAL; tried <= LAST_PORT; tried++) {
      const port = this.#ephemeral;
      this.#ephemeral = port === LAST_PORT ? FIRST_EPHEMERAL : port + 1;
      if (!this.#sockets.has(keyOf({ host, port }))) return port;
    }
    throw new TransportError(`no ephemeral port is free at ${host}`, { syscall: 'bind' });
  }
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`;
}

function noop(): void {}
