import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { uuid } from '../../src/bytes/uuid.ts';
import { RpcClient, RpcServer } from '../../src/rpc.ts';

const ECHO = { uuid: uuid('2b0f6c1d-9d2e-4f43-8a6b-51c7e0a94d3e'), version: { major: 1, minor: 0 } };
/** The largest PDU that Windows sends over UDP. */
const DATAGRAM = 4_096;
const STUB = 65_536;

/** Bytes a second that a receiver counts of a bare node:dgram stream of 4 096-byte datagrams. */
export async function stream(megabytes: number): Promise<number> {
  const receiver = createSocket('udp4');
  await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const sender = createSocket('udp4');
  const wanted = (megabytes << 20) / DATAGRAM;
  const datagram = new Uint8Array(DATAGRAM);
  const start = performance.now();
  await new Promise<void>((resolve) => {
    let received = 0;
    // No more under way than a receive buffer holds: what is lost would have to be waited for.
    const send = () => sender.send(datagram, port, '127.0.0.1');
    receiver.on('message', () => {
      received += 1;
      if (received >= wanted) resolve();
      else send();
    });
    for (let i = 0; i < 16; i++) send();
  });
  const seconds = (performance.now() - start) / 1_000;
  sender.close();
  receiver.close();
  return (wanted * DATAGRAM) / seconds;
}

/** Bytes of stub a second, both ways together, of at-most-once calls with 64 KiB there and back. */
export async function largeCalls(megabytes: number): Promise<number> {
  const server = await RpcServer.open();
  server.serve({ ...ECHO, operations: [({ stub }) => stub] });
  const client = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1' });
  const stub = new Uint8Array(STUB).fill(7);
  await client.call(ECHO, 0, stub);
  const calls = (megabytes << 20) / (2 * STUB);
  const start = performance.now();
  for (let i = 0; i < calls; i++) await client.call(ECHO, 0, stub);
  const seconds = (performance.now() - start) / 1_000;
  await client.close();
  await server.close();
  return (calls * 2 * STUB) / seconds;
}
