import { threadId } from 'node:worker_threads';
import { isAddressInUse } from '../client/bind-first.ts';
import { TransportError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import type { DatagramSocket, Network } from '../transport/network.ts';
import { SimulatedNetwork } from '../transport/simulated-network.ts';
import { udpNetwork } from '../transport/udp.ts';

/** Two loopback addresses that no other emulator uses, until they are released. */
export interface LoopbackPair {
  readonly host: string;
  readonly client: string;
  release(): Promise<void>;
}

/** Emulated machines are for this machine alone. Throws LocalMisuseError for any other address without `expose`. */
export function checkExposure(network: Network, address: string, { expose = false }: { expose?: boolean }): void {
  if (expose || network instanceof SimulatedNetwork) return;
  if (/^127\.\d+\.\d+\.\d+$/.test(address) || address === '::1') return;
  throw invalidOption(
    `${address} is not a loopback address`,
    'An emulated machine trusts everybody: give it another address only where you trust everybody too (`expose: true`).',
  );
}

/** What shows that the pair is taken; above the ports of any emulated pool that is usual. */
const RESERVATION_PORT = 65_535;
const ATTEMPTS = 256;
/** Pairs in 127.16.0.0 to 127.239.255.255: addresses that people use by hand lie below. */
const PAIRS = 224 * 256 * 127;

let claimed = 0;

/**
 * Claims a pair by binding a UDP port at its first address. Which pair comes first depends on process and thread, so that
 * parallel test workers seldom meet. Throws TransportError where 127.0.0.1 is the only loopback address.
 */
export async function claimLoopbackPair(network: Network = udpNetwork): Promise<LoopbackPair> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    claimed += 1;
    const [host, client] = pairAt((process.pid * 7_919 + threadId * 104_729 + claimed) % PAIRS);
    const reservation = await reserve(network, host);
    if (reservation !== null) return { host, client, release: () => reservation.close() };
  }
  throw new TransportError('no pair of loopback addresses is free', { syscall: 'bind' });
}

function pairAt(index: number): readonly [host: string, client: string] {
  const low = 2 * (index % 127);
  const rest = Math.floor(index / 127);
  const prefix = `127.${16 + Math.floor(rest / 256)}.${rest % 256}`;
  return [`${prefix}.${low + 1}`, `${prefix}.${low + 2}`];
}

async function reserve(network: Network, host: string): Promise<DatagramSocket | null> {
  try {
    const socket = await network.bind({ host, port: RESERVATION_PORT }, () => {});
    socket.unref();
    return socket;
  } catch (error) {
    if (isAddressInUse(error)) return null;
    throw error;
  }
}
