import { refusedPort, saysRefused } from '../client/refused-port.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import type { Address } from '../machine/contract.ts';
import type { TransportError } from '../status/errors.ts';
import { onAbort } from '../status/on-abort.ts';
import { systemClock } from '../transport/clock.ts';
import { connectedNetwork } from '../transport/reachability.ts';

/** ms from which on an open is slow enough to ask whether anything listens there at all. */
const SLOW = 100;
const NOTHING = new Uint8Array(0);

/**
 * Runs with a client that aborts the signal when nothing listens at a port that it binds. Only a connected socket hears that, and the
 * client's is not, since callbacks may come from other ports: where an open is slow, one more sends an empty datagram.
 */
export async function heedingRefusals<T>(
  client: Pick<RpcClient, 'bind'>,
  signal: AbortSignal,
  run: (client: Pick<RpcClient, 'bind'>, signal: AbortSignal) => Promise<T>,
  localAddress: string | undefined,
): Promise<T> {
  const ended = new AbortController();
  const refused = new AbortController();
  const watched: Pick<RpcClient, 'bind'> = {
    bind(to, options) {
      const asking = systemClock.at(systemClock.now() + SLOW, () => {
        void askOnce(to, localAddress, ended.signal, (error) => refused.abort(error));
      });
      onAbort(ended.signal, () => asking.cancel());
      return client.bind(to, options);
    },
  };
  try {
    return await run(watched, AbortSignal.any([signal, refused.signal]));
  } finally {
    ended.abort();
  }
}

/** A socket that cannot be had tells nothing. */
async function askOnce(
  to: Address,
  localAddress: string | undefined,
  ended: AbortSignal,
  onRefused: (error: TransportError) => void,
): Promise<void> {
  const network = connectedNetwork(to, {
    onDatagram: () => {},
    onTrouble: (code) => {
      if (saysRefused(code)) onRefused(refusedPort(to, code));
    },
  });
  const host = localAddress ?? (to.host.includes(':') ? '::' : '0.0.0.0');
  const socket = await network.bind({ host, port: 0 }, () => {}).catch(() => null);
  if (socket === null) return;
  socket.unref();
  onAbort(ended, () => void socket.close());
  if (ended.aborted) await socket.close();
  else socket.send(NOTHING, to);
}
