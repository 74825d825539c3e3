import { afterEach, expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import {
  decodeInqIfIdsResponse,
  decodeInqStatsResponse,
  decodeIsServerListeningResponse,
  encodeInqStatsRequest,
  MGMT,
} from '../../src/interface/mgmt/index.ts';
import {
  ContextHandles,
  Reader,
  RpcClient,
  type RpcOperation,
  RpcServer,
  readContextHandle,
  traceOf,
  Writer,
  writeContextHandle,
} from '../../src/rpc.ts';
import { LocalMisuseError } from '../../src/status/errors.ts';
import { win32Code } from '../../src/status/win32.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';
import { SimulatedNetwork } from '../../src/transport/simulated-network.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

const ECHO = { uuid: uuid('0f0e0d0c-0b0a-0908-0706-050403020100'), version: { major: 1, minor: 0 } };
const STUB = Uint8Array.of(1, 2, 3, 4);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function both(...operations: RpcOperation[]) {
  const server = await RpcServer.open();
  server.serve({ ...ECHO, operations });
  const client = await RpcClient.open({
    to: server.local,
    localAddress: '127.0.0.1',
    settings: { retransmitInitial: 20 },
  });
  open.push(server, client);
  return { server, client };
}

test('a call resolves with what the operation returned', async () => {
  const { client } = await both(({ stub }) => stub);
  expect((await client.call(ECHO, 0, STUB)).stub).toEqual(STUB);
});

test('a stub that is a text is the mistake of its caller, who is told what to give', async () => {
  const { client, server } = await both(({ stub }) => stub);
  await expect(client.call(ECHO, 0, 'hello' as unknown as Uint8Array)).rejects.toMatchObject({
    name: 'LocalMisuseError',
    message: 'a stub is bytes, and this is a string',
    advice: 'Give a Uint8Array or a Buffer, such as Buffer.from(text).',
  });
  expect(server.counters.callsIn).toBe(0);
});

test('only the first at-most-once call of an activity draws a callback, an idempotent one none', async () => {
  const { client, server } = await both(({ stub }) => stub);
  await client.call(ECHO, 0, STUB, { semantics: 'idempotent' });
  expect(server.counters.callbacks).toBe(0);
  await client.call(ECHO, 0, STUB);
  await client.call(ECHO, 0, STUB);
  expect(server.counters).toMatchObject({ callbacks: 1, callsIn: 3, callsOut: 3 });
});

test('64 calls at the same time keep their answers apart', async () => {
  const { client } = await both(async ({ stub }) => stub);
  const stubs = Array.from({ length: 64 }, (_, i) => Uint8Array.of(i));
  const results = await Promise.all(stubs.map((stub) => client.call(ECHO, 0, stub)));
  expect(results.map(({ stub }) => stub)).toEqual(stubs);
});

test('a maybe call resolves once it is sent, and is executed', async () => {
  let arrived = (_: Uint8Array) => {};
  const executed = new Promise<Uint8Array>((resolve) => {
    arrived = resolve;
  });
  const { client } = await both(({ stub }) => {
    arrived(stub);
    return stub;
  });
  expect((await client.call(ECHO, 0, STUB, { semantics: 'maybe' })).stub).toHaveLength(0);
  expect(await executed).toEqual(STUB);
});

test('what an operation throws comes back as a fault with its Win32 name', async () => {
  const { client } = await both(
    () => {
      throw new Win32Error(win32Code('ERROR_ACCESS_DENIED'));
    },
    async () => {
      throw new TypeError('a defect of the operation');
    },
  );
  await expect(client.call(ECHO, 0, STUB, { name: 'Denied' })).rejects.toMatchObject({
    name: 'FaultError',
    code: 'ERROR_ACCESS_DENIED',
    errno: 5,
    syscall: 'Denied',
  });
  await expect(client.call(ECHO, 1, STUB)).rejects.toMatchObject({ status: 0x1c000012, code: 'RPC_S_CALL_FAILED' });
});

test('an unknown operation, interface or version is rejected', async () => {
  const { client } = await both(({ stub }) => stub);
  await expect(client.call(ECHO, 9, STUB)).rejects.toMatchObject({ name: 'RejectError', errno: 1745 });
  await expect(
    client.call({ ...ECHO, uuid: uuid('11111111-2222-3333-4444-555555555555') }, 0, STUB),
  ).rejects.toMatchObject({
    code: 'RPC_S_UNKNOWN_IF',
  });
  await expect(client.call({ ...ECHO, version: { major: 1, minor: 7 } }, 0, STUB)).rejects.toMatchObject({
    code: 'RPC_S_UNKNOWN_IF',
  });
});

test('an aborted call rejects with the reason of its signal, before and while it runs', async () => {
  const { client } = await both(() => new Promise(() => {}));
  const reason = new Error('changed my mind');
  await expect(client.call(ECHO, 0, STUB, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const call = client.call(ECHO, 0, STUB, { signal: controller.signal });
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('an operation learns that its client has given the call up', async () => {
  let gaveUp = () => {};
  const told = new Promise<void>((resolve) => {
    gaveUp = resolve;
  });
  const { client } = await both(({ signal }) => {
    signal.addEventListener('abort', gaveUp);
    return new Promise(() => {});
  });
  await expect(client.call(ECHO, 0, STUB, { timeout: 100 })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT' });
  await told;
});

test('an operation that answers with something else than bytes faults, and the server goes on', async () => {
  const nonsense = (async () => undefined) as unknown as RpcOperation;
  const { client } = await both(nonsense, ({ stub }) => stub);
  await expect(client.call(ECHO, 0, STUB)).rejects.toMatchObject({ status: 0x1c000012 });
  expect((await client.call(ECHO, 1, STUB)).stub).toEqual(STUB);
});

test('a mebibyte goes there and comes back', async () => {
  const { client } = await both(({ stub }) => stub.map((byte) => byte ^ 0xff));
  const stub = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) >> 3);
  const result = await client.call(ECHO, 0, stub);
  expect(
    Buffer.compare(
      result.stub,
      stub.map((byte) => byte ^ 0xff),
    ),
  ).toBe(0);
});

test('a context handle belongs to the process that got it, and is void when that falls silent', async () => {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed: 1 });
  const handles = new ContextHandles<string>(uuidSource(seededRandom(1)));
  const server = await RpcServer.open({
    network,
    local: { host: '10.0.0.5', port: 1_047 },
    onRundown: (addressSpace) => handles.rundown(addressSpace),
  });
  server.serve({
    ...ECHO,
    operations: [
      ({ addressSpace }) => {
        const writer = new Writer();
        writeContextHandle(writer, handles.add(addressSpace, 'opened'));
        return writer.finish();
      },
      ({ addressSpace, stub, littleEndian }) => {
        const value = handles.find(addressSpace, readContextHandle(new Reader(stub, littleEndian)));
        return Uint8Array.of(value === undefined ? 0 : 1);
      },
    ],
  });
  const newUuid = uuidSource(seededRandom(2));
  const process = async (host: string) => {
    const client = await RpcClient.open({
      network,
      localAddress: host,
      to: server.local,
      addressSpace: newUuid(),
      newUuid,
    });
    return async (opnum: number, stub: Uint8Array = new Uint8Array(0)) => {
      const call = client.call(ECHO, opnum, stub);
      clock.runUntil(clock.now() + 1_000);
      return (await call).stub;
    };
  };
  const [mine, other] = [await process('10.0.0.8'), await process('10.0.0.9')];
  const handle = await mine(0);
  expect(await mine(1, handle)).toEqual(Uint8Array.of(1));
  expect(await other(1, handle)).toEqual(Uint8Array.of(0));
  clock.runUntil(clock.now() + 400_000);
  expect(handles.size).toBe(0);
  await server.close();
});

test('a call that takes too long says what was sent and heard', async () => {
  const { client } = await both(() => new Promise(() => {}));
  const error = await client.call(ECHO, 0, STUB, { timeout: 150, name: 'Slow' }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT', syscall: 'Slow' });
  expect(String(error)).toMatch(/^TransportError: Slow took longer than 150 ms: sent .* heard .*working/);
  expect(traceOf(error)).toMatchObject({ callbacks: 1 });
});

test('an address that cannot be is refused at once', async () => {
  const { client } = await both();
  for (const to of [
    { host: 'NODE1', port: 135 },
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 65_536 },
  ]) {
    expect(() => client.bind(to)).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_INVALID_OPTION' }));
  }
});

test('silence ends in RPC_S_SERVER_UNAVAILABLE', async () => {
  const { server } = await both();
  await server.close();
  const client = await RpcClient.open({
    to: server.local,
    localAddress: '127.0.0.1',
    settings: { retransmitInitial: 10, giveUpAfter: 50 },
  });
  open.push(client);
  await expect(client.call(ECHO, 0, STUB)).rejects.toMatchObject({ code: 'RPC_S_SERVER_UNAVAILABLE', errno: 1722 });
});

test('close ends calls in progress, refuses new ones and frees the port', async () => {
  const { client, server } = await both(() => new Promise(() => {}));
  const call = client.call(ECHO, 0, STUB);
  const { port } = client.local;
  const ended = expect(call).rejects.toBeInstanceOf(LocalMisuseError);
  await Promise.all([client.close(), client.close()]);
  await ended;
  expect(() => client.call(ECHO, 0, STUB)).toThrow(LocalMisuseError);
  const next = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1', localPorts: [port] });
  open.push(next);
  expect(next.local.port).toBe(port);
});

test('a local port in use is passed over, and no free one is said', async () => {
  const { client, server } = await both();
  const { port } = client.local;
  const other = await RpcClient.open({ to: server.local, localAddress: '127.0.0.1', localPorts: [port, 0] });
  open.push(other);
  expect(other.local.port).not.toBe(port);
  const taken = [port, other.local.port];
  await expect(RpcClient.open({ to: server.local, localAddress: '127.0.0.1', localPorts: taken })).rejects.toThrow(
    'none of the 2 local ports is free',
  );
});

test('every server answers the management interface', async () => {
  const { client } = await both(({ stub }) => stub);
  const ask = async (opnum: number, stub: Uint8Array = new Uint8Array(0)) =>
    client.call(MGMT, opnum, stub, { semantics: 'idempotent' });
  const listening = await ask(MGMT.operations.is_server_listening);
  expect(decodeIsServerListeningResponse(listening.stub, listening.littleEndian)).toEqual({
    status: 0,
    listening: true,
  });
  const ids = await ask(MGMT.operations.inq_if_ids);
  expect(decodeInqIfIdsResponse(ids.stub, ids.littleEndian).interfaces).toHaveLength(2);
  const stats = await ask(MGMT.operations.inq_stats, encodeInqStatsRequest({ count: 4 }));
  expect(decodeInqStatsResponse(stats.stub, stats.littleEndian).statistics[0]).toBe(3);
  const stopped = await ask(MGMT.operations.stop_server_listening);
  expect([...stopped.stub]).toEqual([5, 0, 0, 0]);
});
