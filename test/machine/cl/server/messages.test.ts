import { expect, test } from 'vitest';
import { DREP_BIG_ENDIAN, DREP_LITTLE_ENDIAN, type FackBody, FLAGS1 } from '../../../../src/pdu/cl/index.ts';
import { pair } from '../pair.ts';
import { bytes, fackBody, headerOf, request, scriptedServer } from '../scripted.ts';

/** Stub bytes of a PDU of 1 024. */
const BODY = 944;
const { frag, lastfrag, nofack, idempotent } = FLAGS1;

/** A server that has the first of so many fragments of an idempotent request. */
function collecting(options: Parameters<typeof scriptedServer>[0] = {}) {
  const script = scriptedServer(options);
  const fragment = (index: number, stub: Uint8Array, flags1 = 0, serial = index) =>
    script.receive(request({ flags1: frag | idempotent | flags1, fragment: index, serial }, stub));
  const ping = (serial: number) => script.receive({ type: 'ping', header: headerOf(request(), { serial }) });
  return { ...script, fragment, ping };
}

test('a server puts a request together and dispatches it once', () => {
  const { fragment, events, takeOne, server } = collecting();
  fragment(1, bytes(8));
  expect(takeOne('fack')).toMatchObject({
    header: { fragment: 0xffff },
    body: { windowSize: 32, selectiveAck: [0b10] },
  });
  fragment(2, bytes(3), lastfrag | nofack);
  takeOne('fack');
  expect(server.usage).toMatchObject({ fragments: 2, reassembly: 11 });
  fragment(0, bytes(16));
  expect(events).toMatchObject([{ kind: 'dispatch' }]);
  expect(events[0]?.kind === 'dispatch' && events[0].stub).toEqual(
    Uint8Array.from([...bytes(16), ...bytes(8), ...bytes(3)]),
  );
  expect(server.usage).toMatchObject({ fragments: 0, reassembly: 0 });
});

test.each([
  ['windows', 'fack'],
  ['c706', 'nocall'],
] as const)('a ping finds fragments missing: %s answers with %s', (dialect, type) => {
  const { fragment, ping, takeOne } = collecting({ dialect });
  fragment(0, bytes(8), nofack);
  ping(1);
  expect(takeOne(type)).toMatchObject({ header: { fragment: 0 }, body: { serial: 1 } });
});

test('the callback goes out with the first fragment, and the call waits for both', () => {
  const { receive, take, server, events } = scriptedServer();
  receive(request({ flags1: frag, fragment: 0 }, bytes(BODY)));
  expect(take().map(({ type }) => type)).toEqual(['fack', 'request']);
  receive(request({ flags1: frag | lastfrag | nofack, fragment: 1, serial: 1 }, bytes(8)));
  expect(events).toEqual([]);
  expect(server.size.calls).toBe(1);
});

test('a fragment of a finished message draws working, not a second message', () => {
  const { fragment, takeOne, events } = collecting();
  fragment(0, bytes(8), nofack);
  fragment(1, bytes(8), lastfrag | nofack);
  fragment(1, bytes(8), lastfrag | nofack);
  takeOne('working');
  expect(events).toHaveLength(1);
});

test('an unfinished request is kept while its client pings, and for ever not even then', () => {
  const { fragment, ping, advance, server } = collecting();
  fragment(0, bytes(8));
  for (let i = 1; i < 100; i++) {
    advance(1_000);
    ping(i);
  }
  expect(server.size.calls).toBe(1);
  for (let i = 100; i < 200; i++) {
    advance(1_000);
    ping(i);
  }
  expect(server.size.calls).toBe(0);
  expect(server.usage).toMatchObject({ fragments: 0, reassembly: 0 });
});

/** A server with a response of so many fragments for a client that it knows. */
function answering(fragments: number, options: Parameters<typeof scriptedServer>[0] = {}) {
  const script = scriptedServer({
    ...options,
    settings: { amplification: Number.POSITIVE_INFINITY, ...options.settings },
  });
  const asked = request({ flags1: idempotent });
  script.receive(asked);
  script.handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(fragments * BODY) } });
  const fack = (fragment: number, body: Partial<FackBody> = {}) =>
    script.receive({ type: 'fack', header: headerOf(asked, { fragment }), body: fackBody(body) });
  const indexes = () => script.take().map((pdu) => pdu.header.fragment);
  return { ...script, asked, fack, indexes };
}

test('a response goes out in bursts that facks draw, and is over with the fack of all of it', () => {
  const { fack, indexes, server } = answering(4);
  expect(indexes()).toEqual([0]);
  fack(0);
  expect(indexes()).toEqual([1, 2]);
  fack(2, { serial: 2 });
  expect(indexes()).toEqual([3]);
  fack(3, { serial: 3 });
  expect(server.size.calls).toBe(0);
});

test('a Windows server sends nothing by itself: a fack without news makes it send again, but not twice at once', () => {
  const { fack, indexes, advance } = answering(4);
  fack(0);
  indexes();
  advance(100_000 / 10);
  expect(indexes()).toEqual([]);
  fack(0);
  expect(indexes()).toEqual([1]);
  fack(0);
  expect(indexes()).toEqual([]);
});

test('a ping draws the first burst again', () => {
  const { receive, asked, indexes, advance } = answering(4);
  indexes();
  advance(1_000);
  receive({ type: 'ping', header: headerOf(asked, { serial: 1 }) });
  expect(indexes()).toEqual([0]);
});

test('a C706 server repeats its fragments by itself, ever more slowly', () => {
  const { sent, advance, server } = answering(4, { dialect: 'c706' });
  advance(25_000);
  expect(sent.map(({ at }) => at)).toEqual([0, 2_000, 6_000, 14_000, 22_000]);
  advance(100_000);
  expect(server.size.calls).toBe(0);
});

test('an ack ends a long response too', () => {
  const { receive, asked, server } = answering(4);
  receive({ type: 'ack', header: headerOf(asked) });
  expect(server.size.calls).toBe(0);
});

test('a long answer to an address that has proved nothing waits for the callback', () => {
  const { receive, handle, takeOne, server } = scriptedServer();
  receive(request({ flags1: idempotent }));
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(5_000) } });
  const question = takeOne('request');
  expect(server.counters).toMatchObject({ amplificationRefused: 1, callbacks: 1 });
  const stub = Uint8Array.from([0, 0, 0, 0, ...bytes(16), 0, 0, 0, 0]);
  receive({ type: 'response', header: headerOf(question, { flags1: nofack }), stub, trailer: new Uint8Array(0) });
  expect(takeOne('response').header).toMatchObject({ fragment: 0 });
});

test.each([
  [DREP_BIG_ENDIAN, DREP_LITTLE_ENDIAN],
  [DREP_LITTLE_ENDIAN, DREP_BIG_ENDIAN],
])(
  'messages of 100 000 bytes pass both ways between machines of different byte order (%i, %i)',
  async (client, server) => {
    const both = await pair({ clientOptions: { drep: client }, serverOptions: { drep: server }, key: () => 'once' });
    const event = both.finish(both.call(bytes(100_000)));
    expect(event).toMatchObject({ kind: 'response', littleEndian: server === DREP_LITTLE_ENDIAN });
    expect(event?.kind === 'response' && Buffer.compare(event.stub, bytes(100_000))).toBe(0);
    expect(both.executed.get('once')).toBe(1);
  },
);

test('a fragment of another operation, or one that says it is none, is no part of the message', () => {
  const { fragment, receive, events } = collecting();
  fragment(0, bytes(8), nofack);
  receive(request({ flags1: frag | lastfrag | nofack | idempotent, fragment: 1, serial: 1, opnum: 1 }, bytes(4)));
  receive(request({ flags1: nofack | idempotent, fragment: 1, serial: 2 }, bytes(4)));
  expect(events).toEqual([]);
  fragment(1, bytes(16), lastfrag | nofack);
  expect(events).toMatchObject([{ kind: 'dispatch', opnum: 0, stub: Uint8Array.from([...bytes(8), ...bytes(16)]) }]);
});
