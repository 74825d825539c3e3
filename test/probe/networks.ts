import type { Network } from '../../src/transport/network.ts';
import { udpNetwork } from '../../src/transport/udp.ts';

/** UDP on which whatever comes to this address is lost. */
export function deafAt(host: string): Network {
  return {
    clock: udpNetwork.clock,
    bind: (local, deliver) => udpNetwork.bind(local, local.host === host ? () => {} : deliver),
  };
}

/** UDP that tells the ports it is called from. */
export function listening(tell: (port: number) => void): Network {
  return {
    clock: udpNetwork.clock,
    bind: (local, deliver) =>
      udpNetwork.bind(local, (datagram, from) => {
        tell(from.port);
        deliver(datagram, from);
      }),
  };
}

/** UDP behind a firewall on the client's side: datagrams to some ports do not arrive. */
export function refusing(isLost: (port: number, datagram: Uint8Array) => boolean): Network {
  return {
    clock: udpNetwork.clock,
    async bind(local, deliver) {
      const socket = await udpNetwork.bind(local, deliver);
      return {
        local: socket.local,
        send: (datagram, to) => {
          if (!isLost(to.port, datagram)) socket.send(datagram, to);
        },
        close: () => socket.close(),
        ref: () => socket.ref(),
        unref: () => socket.unref(),
      };
    },
  };
}

/** A request from the server's side can only be one. */
export function isCallback(datagram: Uint8Array): boolean {
  return datagram[1] === 0;
}

/** Ports that the system has just given out and taken back. */
export async function freePorts(count: number): Promise<number[]> {
  const bound = await Promise.all(
    Array.from({ length: count }, () => udpNetwork.bind({ host: '127.0.0.1', port: 0 }, () => {})),
  );
  await Promise.all(bound.map((socket) => socket.close()));
  return bound.map(({ local }) => local.port).sort((a, b) => a - b);
}
