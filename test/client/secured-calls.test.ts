import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUTH_LEVELS } from '../../src/auth/datagram/level.ts';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { Accounts, Logon, ntHash, RpcClient, type RpcInterface, RpcServer, uuid } from '../../src/rpc.ts';

const ECHO: RpcInterface = {
  uuid: uuid('6f9c0a52-3c0e-4f7b-9d13-5a1f0b7c2e12'),
  version: { major: 1, minor: 0 },
  operations: [
    ({ stub }) => stub.slice(),
    ({ caller }) => new TextEncoder().encode(`${caller?.user} ${caller?.level}`),
  ],
};

let server: RpcServer;

beforeAll(async () => {
  const ops = { name: 'ops', domain: 'LAB', ntHash: ntHash(toUtf16('Secret.1')), state: 'enabled' } as const;
  server = await RpcServer.open({
    ntlm: { accounts: new Accounts([ops]), names: { netbiosComputer: 'NODE1', netbiosDomain: 'LAB' } },
  });
  server.serve(ECHO);
});

afterAll(() => server.close());

test.each(AUTH_LEVELS)('at level %s messages of 0 to 64 KiB come through UDP as they were sent', async (level) => {
  const logon = await Logon.prepare({ credentials: { user: 'LAB\\ops', password: 'Secret.1' }, authLevel: level });
  await using client = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1', logon });
  for (const length of [0, 1, 7, 8, 100, 923, 924, 4_000, 4_096, 20_001, 65_535, 65_536]) {
    const stub = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
    const { stub: answer } = await client.call(ECHO, 0, stub);
    expect(Buffer.compare(answer, stub)).toBe(0);
  }
  const { stub } = await client.call(ECHO, 1, new Uint8Array(0));
  expect(new TextDecoder().decode(stub)).toBe(`ops ${level === 'connect' ? 'packet' : level}`);
  logon.wipe();
});
