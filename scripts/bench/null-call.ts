import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { uuid } from '../../src/bytes/uuid.ts';
import { RpcClient, RpcServer } from '../../src/rpc.ts';

const NOTHING = new Uint8Array(0);
const NULL_INTERFACE = { uuid: uuid('6f9c0a52-3c0e-4f7b-9d13-5a1f0b7c2e11'), version: { major: 1, minor: 0 } };

export interface RoundTrips {
  readonly label: string;
  readonly perSecond: number;
}

/** Round trips a second of a bare node:dgram echo with a 100-byte datagram, `concurrency` at a time. */
export async function echo(count: number, concurrency: number): Promise<number> {
  const server = createSocket('udp4');
  server.on('message', (message, { port, address }) => server.send(message, port, address));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createSocket('udp4');
  await new Promise<void>((resolve) => client.bind(0, '127.0.0.1', resolve));
  const datagram = new Uint8Array(100);
  const start = performance.now();
  await new Promise<void>((resolve) => {
    let sent = 0;
    let received = 0;
    const send = () => {
      if (sent === count) return;
      sent += 1;
      client.send(datagram, port, '127.0.0.1');
    };
    client.on('message', () => {
      received += 1;
      if (received === count) resolve();
      else send();
    });
    for (let i = 0; i < concurrency; i++) send();
  });
  const seconds = (performance.now() - start) / 1000;
  client.close();
  server.close();
  return count / seconds;
}

/** At-most-once calls of an operation without arguments a second, `concurrency` at a time, over loopback UDP. */
export async function nullCalls(count: number, concurrency: number): Promise<number> {
  const server = await RpcServer.open();
  server.serve({ ...NULL_INTERFACE, operations: [() => NOTHING] });
  const client = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1' });
  const worker = async (calls: number) => {
    for (let i = 0; i < calls; i++) await client.call(NULL_INTERFACE, 0, NOTHING);
  };
  await worker(1);
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, () => worker(count / concurrency)));
  const seconds = (performance.now() - start) / 1000;
  await client.close();
  await server.close();
  return count / seconds;
}
