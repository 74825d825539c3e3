import { expect, test } from 'vitest';
import type { Address } from '../../src/machine/contract.ts';
import { connectedNetwork, sourceAddressTo } from '../../src/transport/reachability.ts';
import { udpNetwork } from '../../src/transport/udp.ts';

const HOST = '127.0.0.1';

test('a connected socket is told that nothing listens', async () => {
  const { trouble, socket } = await connectedTo({ host: HOST, port: await closedPort() });
  socket.send(Uint8Array.of(1), socket.local);
  expect(await trouble).toBe('ECONNREFUSED');
  await socket.close();
});

test('an unconnected socket is not: that is why there are two', async () => {
  const heard: unknown[] = [];
  const port = await closedPort();
  const plain = await udpNetwork.bind({ host: HOST, port: 0 }, () => heard.push('datagram'));
  plain.send(Uint8Array.of(1), { host: HOST, port });
  const { trouble, socket } = await connectedTo({ host: HOST, port });
  socket.send(Uint8Array.of(1), socket.local);
  await trouble;
  expect(heard).toEqual([]);
  await Promise.all([plain.close(), socket.close()]);
});

test('it hears its peer, whatever the bytes are, and nobody else', async () => {
  const peer = await udpNetwork.bind({ host: HOST, port: 0 }, (_, from) => {
    stranger.send(Uint8Array.of(9), from);
    peer.send(Uint8Array.of(7), from);
  });
  const stranger = await udpNetwork.bind({ host: HOST, port: 0 }, () => {});
  const { first, socket } = await connectedTo(peer.local);
  socket.send(Uint8Array.of(1), peer.local);
  expect(await first).toEqual(Uint8Array.of(7));
  await Promise.all([peer.close(), stranger.close(), socket.close()]);
});

test('it knows the address that it sends from', async () => {
  const { socket } = await connectedTo({ host: HOST, port: 9 });
  expect(socket.local.host).toBe(HOST);
  await socket.close();
  expect(await sourceAddressTo({ host: '127.0.0.9', port: 9 })).toBe(HOST);
  expect(await sourceAddressTo({ host: '::1', port: 9 })).toBe('::1');
});

test('closed twice it is closed once, and sends nothing afterwards', async () => {
  const { socket } = await connectedTo({ host: HOST, port: 9 });
  await Promise.all([socket.close(), socket.close()]);
  socket.send(Uint8Array.of(1), socket.local);
});

test('an address that this machine does not have is an error of binding', async () => {
  const network = connectedNetwork({ host: HOST, port: 9 }, { onDatagram: () => {}, onTrouble: () => {} });
  await expect(network.bind({ host: '203.0.113.1', port: 0 }, () => {})).rejects.toMatchObject({ syscall: 'bind' });
});

async function connectedTo(peer: Address) {
  let onTrouble: (code: string) => void = () => {};
  let onDatagram: (datagram: Uint8Array) => void = () => {};
  const trouble = new Promise<string>((resolve) => {
    onTrouble = resolve;
  });
  const first = new Promise<Uint8Array>((resolve) => {
    onDatagram = (datagram) => resolve(datagram.slice());
  });
  const socket = await connectedNetwork(peer, { onDatagram, onTrouble }).bind({ host: '0.0.0.0', port: 0 }, () => {});
  return { trouble, first, socket };
}

async function closedPort(): Promise<number> {
  const socket = await udpNetwork.bind({ host: HOST, port: 0 }, () => {});
  await socket.close();
  return socket.local.port;
}
