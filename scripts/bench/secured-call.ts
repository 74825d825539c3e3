import { createHash } from 'node:crypto';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { md5 } from '../../src/crypto/md5.ts';
import { Rc4 } from '../../src/crypto/rc4.ts';
import { Accounts, Logon, ntHash, RpcClient, RpcServer, uuid } from '../../src/rpc.ts';

const ECHO = { uuid: uuid('6f9c0a52-3c0e-4f7b-9d13-5a1f0b7c2e13'), version: { major: 1, minor: 0 } };
const SIZE = 100;

export type Protection = 'none' | 'integrity' | 'privacy';

/** Calls of 100 bytes there and back a second, one at a time, over loopback UDP. */
export async function securedCalls(count: number, protection: Protection): Promise<number> {
  const account = { name: 'bench', domain: '', ntHash: ntHash(toUtf16('bench')), state: 'enabled' } as const;
  const names = { netbiosComputer: 'BENCH', netbiosDomain: 'BENCH' };
  const server = await RpcServer.open({ ntlm: { accounts: new Accounts([account]), names } });
  server.serve({ ...ECHO, operations: [({ stub }) => stub] });
  const credentials = { user: 'bench', password: 'bench' };
  const logon = protection === 'none' ? null : await Logon.prepare({ credentials, authLevel: protection });
  const client = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1', ...(logon && { logon }) });
  const stub = new Uint8Array(SIZE);
  await client.call(ECHO, 0, stub);
  const start = performance.now();
  for (let i = 0; i < count; i++) await client.call(ECHO, 0, stub);
  const seconds = (performance.now() - start) / 1000;
  await client.close();
  await server.close();
  return count / seconds;
}

/** Bytes a second of RC4 and MD5 as they are used here, and of node:crypto's MD5, over blocks of that size. */
export function ciphers(size: number): { readonly rc4: number; readonly md5: number; readonly nodeMd5: number } {
  const block = new Uint8Array(size);
  const key = new Uint8Array(16);
  return {
    rc4: throughput(size, () => new Rc4(key).apply(block)),
    md5: throughput(size, () => md5(block)),
    nodeMd5: throughput(size, () => createHash('md5').update(block).digest()),
  };
}

function throughput(size: number, run: () => unknown): number {
  const until = performance.now() + 200;
  const start = performance.now();
  let runs = 0;
  while (performance.now() < until) for (let i = 0; i < 100; i++, runs++) run();
  return (runs * size * 1_000) / (performance.now() - start);
}
