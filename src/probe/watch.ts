import { RpcClient } from '../client/rpc-client.ts';
import type { Address } from '../machine/contract.ts';
import { connectedNetwork } from '../transport/reachability.ts';
import { ask } from './ask.ts';
import { isServerListening } from './is-server-listening.ts';

/** What a connected socket saw first: bytes of any kind, an error of the system, or nothing in its time. */
export type Sighting =
  | { readonly kind: 'datagram'; readonly datagram: Uint8Array }
  | { readonly kind: 'trouble'; readonly code: string }
  | { readonly kind: 'nothing' };

/**
 * A socket beside the RPC socket that asks the same address whether it listens. Connected, it sees ICMP refusals, which
 * the RPC socket never does: that one must stay unconnected, since callbacks may come from another port.
 */
export interface Watch {
  /** The address and port that it sends from. */
  readonly local: Address;
  readonly first: Promise<Sighting>;
  /** Whether what came was an answer in datagram RPC; settled when `first` is, or a little later. */
  readonly isRpc: Promise<boolean>;
  close(): Promise<void>;
}

export interface WatchOptions {
  /** ms. */
  readonly timeout: number;
  readonly retransmit: number;
  readonly signal: AbortSignal | undefined;
  readonly localAddress: string | undefined;
  readonly localPorts: readonly number[];
}

/** Throws TransportError when no local port can be bound. */
export async function watch(to: Address, options: WatchOptions): Promise<Watch> {
  const { timeout, retransmit, signal, localAddress, localPorts } = options;
  let see: (sighting: Sighting) => void = () => {};
  const first = new Promise<Sighting>((resolve) => {
    see = resolve;
  });
  const client = await RpcClient.open({
    to,
    localPorts,
    ...(localAddress !== undefined && { localAddress }),
    settings: { retransmitInitial: retransmit, giveUpAfter: timeout * 2 },
    network: connectedNetwork(to, {
      onDatagram: (datagram) => see({ kind: 'datagram', datagram: datagram.slice() }),
      onTrouble: (code) => see({ kind: 'trouble', code }),
    }),
  });
  const answer = ask(client.bind(to), { remaining: () => timeout, signal }, isServerListening).then(({ trace }) => {
    see({ kind: 'nothing' });
    return trace !== null && trace.answeredFrom !== null;
  });
  return {
    local: client.local,
    first,
    isRpc: answer,
    close: () => client.close(),
  };
}
