import { expect, test } from 'vitest';
import { NIL_UUID } from '../../../src/bytes/uuid.ts';
import { CONV, decodeConvWhoAreYou2Response, encodeConvCaller } from '../../../src/interface/conv/index.ts';
import { CL_TYPES, decodeCl, FLAGS1, type Request, type Response } from '../../../src/pdu/cl/index.ts';
import { win32Code } from '../../../src/status/win32.ts';
import { BOOT, type PairOptions, pair, SERVER } from './pair.ts';
import { bytes, request, response, scriptedClient, scriptedServer } from './scripted.ts';
import { TOY_PROTOCOL, type ToyClientOptions, toyClient, toyProvider } from './toy-security.ts';

/** A pair whose binding 2 is secured; every datagram both ways. */
async function securedPair({
  client = {},
  server = {},
  ...options
}: Omit<PairOptions, 'client' | 'server'> & {
  client?: ToyClientOptions;
  server?: Parameters<typeof toyProvider>[0];
} = {}) {
  const { provider, tokens } = toyProvider(server);
  const { security, challenges } = toyClient(client);
  const seen: Uint8Array[] = [];
  const note = (datagram: Uint8Array) => {
    seen.push(datagram.slice());
    return true;
  };
  const both = await pair({
    serverGate: note,
    clientGate: note,
    serverOptions: { security: provider },
    ...options,
  });
  both.clientEnd.handle({ kind: 'bind', binding: 2, to: SERVER, security });
  let calls = 1_000;
  const secured = (stub: Uint8Array, semantics: 'at-most-once' | 'idempotent' = 'at-most-once') => {
    calls += 1;
    const interfaceId = { uuid: request().header.interfaceId, version: { major: 1, minor: 2 } };
    both.clientEnd.handle({ kind: 'call', call: calls, binding: 2, interfaceId, opnum: 0, stub, semantics });
    return calls;
  };
  return { ...both, secured, seen, tokens, challenges };
}

test('a secured call is signed from its first request, and its key fetched by one callback', async () => {
  const { secured, finish, seen, tokens, challenges, server } = await securedPair();
  expect(finish(secured(bytes(100)))).toMatchObject({ kind: 'response', stub: bytes(100) });
  const pdus = seen.map(decodeCl);
  expect(pdus.map(({ type, header }) => `${type} ${header.authProtocol}`)).toEqual([
    'request 10',
    'request 0',
    'response 0',
    'response 10',
  ]);
  expect(pdus[1]?.header.opnum).toBe(CONV.operations.conv_who_are_you_auth);
  expect([tokens.length, challenges.length]).toEqual([1, 1]);
  expect(server.counters).toMatchObject({ callbacks: 1, callsIn: 1, unreadable: 0 });
  expect(finish(secured(bytes(10)))).toMatchObject({ kind: 'response' });
  expect(server.counters.callbacks).toBe(1);
});

test('every fragment is sealed for itself, in PDUs that leave room for the trailer', async () => {
  const { secured, finish, seen, serverEvents } = await securedPair();
  for (let i = 0; i < 2; i++)
    expect(finish(secured(bytes(20_001)))).toMatchObject({ kind: 'response', stub: bytes(20_001) });
  const data = seen.filter((datagram) => decodeCl(datagram).header.authProtocol === TOY_PROTOCOL);
  expect(Math.max(...data.map(({ length }) => length))).toBeLessThanOrEqual(4_096);
  expect(Math.max(...data.map(({ length }) => length))).toBeGreaterThan(4_000);
  expect(serverEvents).toMatchObject([{ security: { protocol: TOY_PROTOCOL } }, { security: {} }]);
});

test.each(['at-most-once', 'idempotent'] as const)(
  'secured %s calls survive loss, doubling and reordering',
  async (semantics) => {
    for (let seed = 1; seed <= 20; seed++) {
      const conditions = { loss: 0.15, duplicate: 0.1, reorder: 0.2, reorderDelay: 20, jitter: 5 };
      const { secured, finish, executed } = await securedPair({ seed, conditions });
      for (const length of [0, 100, 9_000])
        expect(finish(secured(bytes(length), semantics))).toMatchObject({ kind: 'response', stub: bytes(length) });
      if (semantics === 'at-most-once') expect(Math.max(...executed.values())).toBe(1);
    }
  },
);

test('a repeated answer is sealed like the first, with a serial number of its own', async () => {
  let lost = 0;
  const { secured, finish, client } = await securedPair({
    serverGate: (datagram) => {
      const drops = CL_TYPES[datagram[1] as number] === 'response' && lost < 2;
      if (drops) lost += 1;
      return !drops;
    },
  });
  expect(finish(secured(bytes(50)))).toMatchObject({ kind: 'response', stub: bytes(50) });
  expect(lost).toBe(2);
  expect(client.counters.strays).toBe(0);
});

test('faults of secured calls are sealed, and refusals never', async () => {
  const { secured, finish, seen } = await securedPair({ outcome: () => ({ kind: 'fault', status: 5 }) });
  expect(finish(secured(bytes(1)))).toMatchObject({ kind: 'fault', status: 5 });
  expect(decodeCl(seen.at(-1) as Uint8Array)).toMatchObject({ type: 'fault', header: { authProtocol: TOY_PROTOCOL } });
});

test('an activity takes as many calls as its context tells apart, those that waited go on with the next', async () => {
  const { secured, finish, tokens } = await securedPair({
    client: { calls: 3 },
    clientOptions: { settings: { activitiesPerBinding: 1 } },
  });
  const calls = Array.from({ length: 7 }, () => secured(bytes(10)));
  for (const call of calls) expect(finish(call)).toMatchObject({ kind: 'response' });
  expect(tokens.length).toBe(3);
});

test('a token longer than one PDU is fetched in pieces by conv_who_are_you_auth_more', async () => {
  const { secured, finish, seen, tokens } = await securedPair({ client: { tokenSize: 2_500 } });
  expect(finish(secured(bytes(1)))).toMatchObject({ kind: 'response' });
  expect(tokens[0]?.length).toBe(2_500);
  const asked = seen.map(decodeCl).filter(({ type, header }) => type === 'request' && header.authProtocol === 0);
  expect(asked.map(({ header }) => header.opnum)).toEqual([3, 4, 4]);
  expect(Math.max(...seen.map(({ length }) => length))).toBeLessThanOrEqual(1_024);
});

test('a client that the provider refuses has its call rejected with the provider’s status', async () => {
  const { secured, finish, serverEvents, server } = await securedPair({
    server: { status: win32Code('RPC_S_SEC_PKG_ERROR') },
  });
  expect(finish(secured(bytes(1)))).toMatchObject({ kind: 'reject', status: win32Code('RPC_S_SEC_PKG_ERROR') });
  expect(serverEvents).toEqual([]);
  expect(server.usage).toMatchObject({ fragments: 0, reassembly: 0, callbacks: 0 });
});

test('a client that does not accept the challenge has its call rejected with 0x1C00000B', async () => {
  const { secured, finish } = await securedPair({ client: { refuses: true } });
  expect(finish(secured(bytes(1)))).toMatchObject({ kind: 'reject', status: 0x1c00000b });
});

test('an auth_proto without a provider is refused with 0x6D3', async () => {
  const { secured, finish, server } = await securedPair({ serverOptions: {} });
  expect(finish(secured(bytes(1)))).toMatchObject({ kind: 'reject', status: 0x6d3 });
  expect(server.size.activities).toBe(0);
});

test('a forged response teaches a client nothing: no boot time, no hint, no silence broken', () => {
  const { security } = toyClient();
  const { handle, call, receive, takeOne, client, events, advance } = scriptedClient();
  handle({ kind: 'bind', binding: 2, to: SERVER, security });
  call({ binding: 2 });
  const asked = takeOne('request');
  const forged = response(asked, bytes(3), { serverBoot: BOOT + 1, interfaceHint: 7, authProtocol: 0 });
  receive(forged);
  receive({
    ...(forged as Response),
    header: { ...forged.header, authProtocol: TOY_PROTOCOL },
    trailer: new Uint8Array(25),
  });
  expect(events).toEqual([]);
  expect(client.counters.strays).toBe(2);
  advance(1_000);
  expect(takeOne('request').header).toMatchObject({ serverBoot: 0, interfaceHint: 0xffff });
});

test('an unsecured binding drops a response that claims to be secured', () => {
  const { call, receive, takeOne, events } = scriptedClient();
  call();
  const answer = response(takeOne('request'), bytes(3), { authProtocol: TOY_PROTOCOL }) as Response;
  receive({ ...answer, trailer: new Uint8Array(25) });
  expect(events).toEqual([]);
});

const TRAILER = new Uint8Array(5 + 4 + 16);

function secured(header: Parameters<typeof request>[0] = {}): Request {
  return { ...request({ authProtocol: TOY_PROTOCOL, ...header }, bytes(3)), trailer: TRAILER };
}

test('requests wait for their key within bounds, and are forgotten with it', () => {
  const { provider } = toyProvider();
  const { receive, server, advance, take } = scriptedServer({ security: provider });
  for (let fragment = 0; fragment < 100; fragment++)
    receive(secured({ flags1: FLAGS1.frag, fragment, serial: fragment }));
  receive(secured({ flags1: FLAGS1.frag }));
  expect(server.usage).toMatchObject({ fragments: 32, callbacks: 1 });
  expect(server.size.calls).toBe(0);
  advance(20_000);
  expect(take().filter(({ type }) => type === 'reject')).toHaveLength(1);
  expect(server.usage).toMatchObject({ fragments: 0, reassembly: 0, callbacks: 0 });
});

test('a ping after a request that waits for its key draws no nocall', () => {
  const { provider } = toyProvider();
  const { receive, take, takeOne } = scriptedServer({ security: provider });
  receive(secured());
  takeOne('request');
  receive({ type: 'ping', header: request({ serial: 1 }).header });
  expect(take()).toEqual([]);
});

test('a request with another auth_proto than its activity is ignored', () => {
  const { provider } = toyProvider();
  const { receive, server, take } = scriptedServer({ security: provider });
  receive(secured());
  take();
  receive(request({ sequence: 1 }));
  expect(take()).toEqual([]);
  expect(server.counters.unreadable).toBe(1);
});

test('a callback about an activity that the client does not know learns nothing of its address space', () => {
  const { call, receive, takeOne } = scriptedClient();
  call();
  takeOne('request');
  const question = request(
    { interfaceId: CONV.uuid, interfaceMajor: 3, opnum: CONV.operations.conv_who_are_you2, flags1: FLAGS1.idempotent },
    encodeConvCaller({ activity: new Uint8Array(16).fill(1), bootTime: BOOT }),
  );
  receive(question);
  expect(decodeConvWhoAreYou2Response(takeOne('response').stub, true)).toMatchObject({
    casUuid: NIL_UUID,
    status: 0x1c00000a,
  });
});

test('who_are_you_auth_more is answered with nothing where there is nothing more', () => {
  const { call, receive, takeOne } = scriptedClient();
  call();
  const { activity } = takeOne('request').header;
  const stub = new Uint8Array(28);
  stub.set(encodeConvCaller({ activity, bootTime: BOOT }));
  new DataView(stub.buffer).setUint32(24, 100, true);
  receive(request({ interfaceId: CONV.uuid, interfaceMajor: 3, opnum: 4, flags1: FLAGS1.idempotent }, stub));
  expect([...takeOne('response').stub]).toEqual([100, ...Array(19).fill(0)]);
});
