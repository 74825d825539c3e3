import { expect, test } from 'vitest';
import { CONV, encodeConvCaller, encodeConvWhoAreYou2Response } from '../../../src/interface/conv/index.ts';
import { type ClPdu, FLAGS1 } from '../../../src/pdu/cl/index.ts';
import { ncaCode } from '../../../src/status/nca.ts';
import { seededRandom, uuidSource } from '../../../src/transport/random.ts';
import { BOOT, CLIENT, ECHO, SERVER } from './pair.ts';
import {
  ADDRESS_SPACE,
  bytes,
  fackBody,
  headerOf,
  request,
  response,
  scriptedClient,
  scriptedServer,
} from './scripted.ts';

const { idempotent, frag, lastfrag, nofack } = FLAGS1;
const FORGER = { host: '10.6.6.6', port: 666 };
const NOTHING = new Uint8Array(0);

/** A server with one executed at-most-once call of an honest client. */
function honest() {
  const script = scriptedServer();
  const asked = request({}, bytes(20));
  script.receive(asked);
  const stub = encodeConvWhoAreYou2Response({ sequence: 0, casUuid: ADDRESS_SPACE, status: 0 });
  script.receive(response(script.takeOne('request'), stub, { serverBoot: 0 }));
  script.handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: NOTHING } });
  script.takeOne('response');
  return { ...script, asked };
}

test('server: requests replayed in the name of an activity from elsewhere draw one question and nothing else', () => {
  const { asked, receive, take, events } = honest();
  for (let n = 0; n < 1_000; n++) receive(request({ sequence: n, serial: n }, asked.stub), FORGER);
  expect(take()).toMatchObject([{ type: 'request', header: { interfaceId: CONV.uuid } }]);
  expect(events).toHaveLength(1);
});

test('server: a captured request replayed from its own address is executed no second time, however often', () => {
  const { asked, receive, events, server, advance } = honest();
  for (let n = 0; n < 1_000; n++) {
    receive({ ...asked, header: { ...asked.header, serial: n & 0xffff } });
    if (n === 500) advance(120_000);
  }
  expect(events).toHaveLength(1);
  expect(server.counters.callsIn).toBe(1);
});

test('server: a captured request replayed after the activity was forgotten is stopped by the callback', () => {
  const { asked, receive, events, advance, take } = honest();
  advance(1_000_000);
  take();
  receive(asked);
  const [question] = take();
  if (question === undefined) throw new Error('no callback');
  const refusal = { sequence: 0, casUuid: ADDRESS_SPACE, status: ncaCode('nca_s_bad_actid') };
  receive(response(question, encodeConvWhoAreYou2Response(refusal), { serverBoot: 0 }));
  expect(events.filter(({ kind }) => kind === 'dispatch')).toHaveLength(1);
});

test('server: the boot time of another life is rejected each time and leaves nothing', () => {
  const { receive, take, server } = scriptedServer();
  for (let n = 0; n < 1_000; n++) receive(request({ serverBoot: n + 1, sequence: n }), FORGER);
  expect(take().every((pdu) => pdu.type === 'reject')).toBe(true);
  expect(server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
});

test('server: a forged source is never sent more than three times what came in its name', () => {
  const { receive, sent, advance, handle, events } = scriptedServer({ dialect: 'c706' });
  let received = 0;
  const victim = { host: '10.7.7.7', port: 7 };
  for (let n = 0; n < 50; n++) {
    const pdu = request({ flags1: n % 2 === 0 ? idempotent : 0, activity: new Uint8Array(16).fill(n + 1) }, bytes(8));
    receive(pdu, victim);
    received += 88;
    for (const event of events.splice(0))
      if (event.kind === 'dispatch')
        handle({ kind: 'complete', call: event.call, outcome: { kind: 'response', stub: bytes(60_000) } });
  }
  advance(300_000);
  const bytesOut = sent.filter(({ to }) => to.port === victim.port).reduce((sum, { size }) => sum + size, 0);
  expect(bytesOut).toBeGreaterThan(0);
  expect(bytesOut).toBeLessThanOrEqual(3 * received);
});

test('server: a client that keeps its window closed for ever loses its answer', () => {
  const { receive, handle, server, advance } = scriptedServer({ settings: { amplification: 1_000 } });
  receive(request({ flags1: idempotent }));
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(60_000) } });
  const header = headerOf(request({ flags1: idempotent }), { fragment: 0xffff });
  for (let n = 0; n < 200; n++) {
    receive({ type: 'fack', header, body: fackBody({ windowSize: 0, serial: n }) });
    advance(1_000);
  }
  expect(server.size.calls).toBe(0);
  expect(server.counters.stalled).toBe(1);
});

test('server: facks for fragments that were never sent do not end a response', () => {
  const { receive, handle, server, take } = scriptedServer({ settings: { amplification: 1_000 } });
  receive(request({ flags1: idempotent }));
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(60_000) } });
  take();
  for (const fragment of [1, 40, 63, 0x7fff, 0xfffe])
    receive({
      type: 'fack',
      header: headerOf(request(), { fragment }),
      body: fackBody({ selectiveAck: [0xffffffff] }),
    });
  expect(take()).toEqual([]);
  expect(server.size.calls).toBe(1);
});

/** A client with a call in progress. */
function calling() {
  const script = scriptedClient();
  const id = script.call();
  const asked = script.takeOne('request');
  return { ...script, id, asked };
}

test('client: responses to calls never made, from any source, leave nothing', () => {
  const { receive, client, events, take, asked } = calling();
  const newUuid = uuidSource(seededRandom(4));
  for (let n = 0; n < 10_000; n++) receive(response(asked, NOTHING, { activity: newUuid() }), FORGER);
  for (let n = 1; n < 1_000; n++) receive(response(asked, NOTHING, { sequence: n }), FORGER);
  expect(take()).toEqual([]);
  expect(events).toEqual([]);
  expect(client.size).toEqual({ bindings: 1, activities: 1, calls: 1 });
  expect(client.counters.strays).toBe(10_999);
});

test('client: an endless working keeps the call waiting, a packet for each ping, until its caller ends it', () => {
  const { receive, advance, take, asked, events, handle, id, client } = calling();
  let packets = 0;
  for (let n = 0; n < 10_000; n++) {
    receive({ type: 'working', header: headerOf(asked, { serial: n & 0xffff }) });
    packets += take().length;
  }
  for (let n = 0; n < 3_600; n++) {
    advance(1_000);
    for (const pdu of take()) {
      packets += 1;
      receive({ type: 'working', header: headerOf(pdu) });
    }
  }
  expect(events).toEqual([]);
  expect(packets).toBeLessThan(3_600 / 32 + 10);
  handle({ kind: 'abandon', call: id });
  advance(5_000);
  expect(client.size).toEqual({ bindings: 1, activities: 0, calls: 0 });
});

test('client: a response of which the first fragment never comes is given up', () => {
  const { receive, asked, events, advance, client } = calling();
  for (let n = 0; n < 300; n++) {
    receive(fragmentOf(asked, 1 + (n % 90), bytes(64)));
    advance(1_000);
  }
  expect(events).toMatchObject([{ kind: 'violation' }]);
  expect(client.counters.stalled).toBe(1);
});

test('client: callbacks with fragments draw nothing', () => {
  const { receive, asked, take, client } = calling();
  const stub = encodeConvCaller({ activity: asked.header.activity, bootTime: BOOT });
  for (const flags1 of [frag, frag | lastfrag, frag | idempotent])
    receive(request({ interfaceId: CONV.uuid, interfaceMajor: 3, opnum: 1, flags1 }, stub));
  expect(take()).toEqual([]);
  expect(client.counters.callbacksAnswered).toBe(0);
});

test('client: another boot time than the one learnt is dropped and the call goes on', () => {
  const { receive, asked, take, events } = calling();
  receive({ type: 'working', header: headerOf(asked, { serverBoot: BOOT }) });
  for (let n = 1; n < 100; n++) receive(response(asked, NOTHING, { serverBoot: BOOT + n }), FORGER);
  expect(events).toEqual([]);
  take();
  receive(response(asked));
  expect(events).toMatchObject([{ kind: 'response' }]);
});

test('both: random PDUs of every type change no promise and throw nothing', () => {
  const random = seededRandom(11);
  const { receive, asked, events, client } = calling();
  const server = scriptedServer();
  for (let n = 0; n < 30_000; n++) {
    const pdu = randomPdu(asked, random);
    receive(pdu, random() < 0.5 ? SERVER : FORGER);
    server.receive(pdu, random() < 0.5 ? CLIENT : FORGER);
  }
  expect(events.length).toBeLessThanOrEqual(1);
  expect(client.size.activities).toBeLessThanOrEqual(1);
  expect(server.server.size.activities).toBeLessThanOrEqual(1);
  for (const event of server.events)
    if (event.kind === 'dispatch')
      server.handle({ kind: 'complete', call: event.call, outcome: { kind: 'response', stub: NOTHING } });
  server.advance(1_000_000);
  expect(server.server.size).toMatchObject({ activities: 0, clients: 0 });
});

function fragmentOf(to: ClPdu, fragment: number, stub: Uint8Array): ClPdu {
  return response(to, stub, { flags1: frag | nofack, fragment, serial: fragment & 0xffff });
}

function randomPdu(like: ClPdu, random: () => number): ClPdu {
  const integer = (below: number) => Math.floor(random() * below);
  const header = headerOf(like, {
    flags1: integer(256),
    flags2: integer(8),
    interfaceId: random() < 0.9 ? ECHO.uuid : CONV.uuid,
    sequence: random() < 0.7 ? 0 : integer(3),
    fragment: random() < 0.5 ? integer(4) : integer(0x10000),
    serial: integer(0x10000),
    serverBoot: random() < 0.5 ? 0 : BOOT,
    opnum: integer(4),
  });
  const masks = Array.from({ length: integer(4) }, () => integer(0x100000000));
  const body =
    random() < 0.3 ? null : fackBody({ windowSize: integer(40), serial: integer(0x10000), selectiveAck: masks });
  const stub = bytes(integer(100));
  switch (integer(9)) {
    case 0:
      return { type: 'request', header, stub, trailer: NOTHING };
    case 1:
      return { type: 'response', header: { ...header, flags1: header.flags1 | frag }, stub, trailer: NOTHING };
    case 2:
      return { type: 'fack', header, body };
    case 3:
      return { type: 'nocall', header, body };
    case 4:
      return { type: 'ping', header };
    case 5:
      return { type: 'working', header };
    case 6:
      return { type: 'cl_cancel', header, body: random() < 0.5 ? null : { version: 0, cancelId: integer(3) } };
    case 7:
      return {
        type: 'cancel_ack',
        header,
        body: random() < 0.5 ? null : { version: 0, cancelId: integer(3), accepting: 1 },
      };
    default:
      return { type: 'working', header };
  }
}
