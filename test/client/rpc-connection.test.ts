import { afterEach, expect, test } from 'vitest';
import { decodeInqIfIdsResponse, decodeIsServerListeningResponse, MGMT } from '../../src/interface/mgmt/index.ts';
import { RpcConnection, type RpcOperation, RpcServer, traceOf } from '../../src/rpc.ts';
import { FaultError, LocalMisuseError, RejectError, TransportError } from '../../src/status/errors.ts';
import { win32Code } from '../../src/status/win32.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
import { rejection } from '../emulator/kit.ts';
import { ECHO, STUB } from '../server/streams.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function both(...operations: RpcOperation[]) {
  const server = await RpcServer.open({ local: null, tcp: { host: '127.0.0.1', port: 0 } });
  server.serve({ ...ECHO, operations });
  const client = await RpcConnection.open({ to: server.tcp ?? { host: '', port: 0 } });
  open.push(server, client);
  return { server, client };
}

test('a call over TCP resolves with what the operation returned', async () => {
  const { client, server } = await both(({ stub }) => stub);
  const { stub, trace } = await client.call(ECHO, 0, STUB);
  expect(stub).toEqual(STUB);
  expect(trace).toMatchObject({ protocol: 'co', reached: 'bound', requests: 1, answeredFrom: server.tcp });
  expect(server.tcpCounters).toMatchObject({ connections: 1, callsIn: 1, callsOut: 1, violations: 0 });
});

test('64 calls at the same time keep their answers apart', async () => {
  const { client } = await both(async ({ stub }) => stub);
  const stubs = Array.from({ length: 64 }, (_, i) => Uint8Array.of(i));
  const results = await Promise.all(stubs.map((stub) => client.call(ECHO, 0, stub)));
  expect(results.map(({ stub }) => stub)).toEqual(stubs);
});

test('a mebibyte goes there and comes back over TCP', async () => {
  const { client } = await both(({ stub }) => stub);
  const stub = new Uint8Array(1 << 20).map((_, i) => i * 31);
  expect(Buffer.from((await client.call(ECHO, 0, stub)).stub).equals(stub)).toBe(true);
});

test('every server of connections has the management interface', async () => {
  const { client } = await both(({ stub }) => stub);
  const listening = await client.call(MGMT, MGMT.operations.is_server_listening, new Uint8Array(0));
  expect(decodeIsServerListeningResponse(listening.stub, true)).toEqual({ status: 0, listening: true });
  const ids = await client.call(MGMT, MGMT.operations.inq_if_ids, new Uint8Array(0));
  expect(decodeInqIfIdsResponse(ids.stub, true).interfaces).toHaveLength(2);
});

test('a fault, a reject and an interface that is not there are told apart', async () => {
  const { client } = await both(
    () => {
      throw new Win32Error(win32Code('ERROR_ACCESS_DENIED'), 'test');
    },
    () => {
      throw new RejectError('no', 0x1c010014);
    },
  );
  expect(await rejection(client.call(ECHO, 0, STUB))).toMatchObject({ constructor: FaultError, status: 5 });
  expect(await rejection(client.call(ECHO, 1, STUB))).toMatchObject({ constructor: RejectError, status: 0x1c010014 });
  const unknown = { ...ECHO, version: { major: 9, minor: 0 } };
  expect(await rejection(client.call(unknown, 0, STUB))).toMatchObject({ code: 'RPC_S_UNKNOWN_IF' });
  expect(await rejection(client.call(ECHO, 0, STUB))).toMatchObject({ status: 5 });
});

test('a call that its caller gives up is cancelled at the server, and the connection goes on', async () => {
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const { client } = await both(({ signal, stub, opnum }) => {
    if (stub.length > 0) return Uint8Array.of(opnum);
    return new Promise(() => signal.addEventListener('abort', cancel));
  });
  const controller = new AbortController();
  const called = client.call(ECHO, 0, new Uint8Array(0), { signal: controller.signal });
  await client.call(ECHO, 0, STUB);
  controller.abort(new Error('enough'));
  await expect(called).rejects.toThrow('enough');
  await cancelled;
  expect((await client.call(ECHO, 0, STUB)).stub).toEqual(Uint8Array.of(0));
});

test('when the server ends, calls under way and later ones fail without a wait', async () => {
  const { client, server } = await both(() => new Promise(() => {}));
  const called = rejection(client.call(ECHO, 0, STUB));
  await client.call(MGMT, MGMT.operations.is_server_listening, new Uint8Array(0));
  await server.close();
  expect(await called).toMatchObject({ constructor: TransportError, code: 'RPC_S_CALL_FAILED' });
  expect(await rejection(client.call(ECHO, 0, STUB))).toMatchObject({ constructor: TransportError });
});

test('a port where nothing listens refuses, with the trace of a call that came to nothing', async () => {
  const { server, client } = await both(() => STUB);
  const to = client.server;
  await server.close();
  const error = await rejection(RpcConnection.open({ to }));
  expect(error).toMatchObject({ constructor: TransportError, syscall: 'connect', cause: { code: 'ECONNREFUSED' } });
  expect(traceOf(error)).toMatchObject({ protocol: 'co', reached: 'nothing' });
});

test('after close there are no calls', async () => {
  const { client } = await both(() => STUB);
  await client.close();
  expect(await rejection(client.call(ECHO, 0, STUB))).toBeInstanceOf(LocalMisuseError);
});

test('the same interface is served over datagrams and connections at once', async () => {
  const { RpcClient } = await import('../../src/rpc.ts');
  const server = await RpcServer.open({ tcp: { host: '127.0.0.1', port: 0 } });
  server.serve({ ...ECHO, operations: [({ protocol }) => new TextEncoder().encode(protocol)] });
  const udp = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1' });
  const tcp = await RpcConnection.open({ to: server.tcp ?? server.local });
  open.push(server, udp, tcp);
  const answers = await Promise.all([udp.call(ECHO, 0, STUB), tcp.call(ECHO, 0, STUB)]);
  expect(answers.map(({ stub }) => Buffer.from(stub).toString())).toEqual(['ncadg_ip_udp', 'ncacn_ip_tcp']);
});
