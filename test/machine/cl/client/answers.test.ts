import { expect, test } from 'vitest';
import { type FackBody, FLAGS1, type Request, type Response } from '../../../../src/pdu/cl/index.ts';
import { BOOT } from '../pair.ts';
import { bytes, fackBody, headerOf, response, scriptedClient } from '../scripted.ts';

/** Stub bytes of a PDU of 1 024. */
const BODY = 944;
const { frag, lastfrag, nofack } = FLAGS1;

/** A client with a request of so many fragments, of which the first has gone. */
function sending(fragments: number, options: Parameters<typeof scriptedClient>[0] = {}) {
  const script = scriptedClient(options);
  const stub = bytes(fragments * BODY);
  script.call({ stub });
  const first = script.takeOne('request');
  const fack = (fragment: number, body: Partial<FackBody> | null = {}) =>
    script.receive({
      type: 'fack',
      header: headerOf(first, { fragment, serverBoot: BOOT }),
      body: body && fackBody(body),
    });
  const indexes = () => script.take().map((pdu) => pdu.header.fragment);
  return { ...script, stub, first, fack, indexes };
}

test('the first fragment goes alone, 1 024 bytes long, and asks for a fack', () => {
  const { first, stub } = sending(3);
  expect(first.stub).toEqual(stub.subarray(0, BODY));
  expect(first.header.flags1).toBe(frag);
});

test('bursts grow by one with each fack, and only the last of a burst asks for the next', () => {
  const { fack, take } = sending(7);
  fack(0);
  const second = take();
  expect(second.map(({ header }) => [header.fragment, header.flags1, header.serial])).toEqual([
    [1, frag | nofack, 1],
    [2, frag, 2],
  ]);
  fack(2, { serial: 2 });
  expect(take().map(({ header }) => [header.fragment, header.flags1])).toEqual([
    [3, frag | nofack],
    [4, frag | nofack],
    [5, frag],
  ]);
  fack(5, { serial: 5 });
  expect(take().map(({ header }) => [header.fragment, header.flags1])).toEqual([[6, frag | lastfrag | nofack]]);
});

test('silence halves the burst and sends what is missing again', () => {
  const { fack, take, indexes, advance } = sending(20);
  fack(0);
  fack(2, { serial: 2 });
  fack(5, { serial: 5 });
  expect(take()).toHaveLength(2 + 3 + 4);
  advance(1_000);
  expect(indexes()).toEqual([6, 7]);
  advance(1_000);
  expect(indexes()).toEqual([6]);
  advance(1_000);
  expect(indexes()).toEqual([6]);
});

test('a fragment that the burst of nothing sends asks for a fack, the last one too', () => {
  const { fack, take, advance } = sending(2);
  fack(0);
  take();
  advance(2_000);
  expect(take().map(({ header }) => header.flags1)).toEqual([frag | lastfrag | nofack, frag | lastfrag]);
});

test('what a selective acknowledgement leaves out is sent again before anything new', () => {
  const { fack, take, indexes } = sending(20);
  fack(0);
  fack(2, { serial: 2 });
  take();
  fack(2, { serial: 5, selectiveAck: [0b110] });
  expect(indexes()).toEqual([3, 6, 7, 8]);
});

test('version 0 of the body reads like version 1, and one without a serial number still moves the window', () => {
  const { fack, indexes } = sending(6);
  fack(0, { version: 0 });
  expect(indexes()).toEqual([1, 2]);
  fack(2, { serial: null });
  expect(indexes()).toEqual([3, 4, 5]);
});

test('a fack without a body moves the window, which stays as small as it was', () => {
  const { fack, indexes } = sending(3);
  fack(0, null);
  expect(indexes()).toEqual([1]);
});

test('a doubled fack does not double the burst', () => {
  const { fack, indexes, take } = sending(9);
  fack(0);
  expect(indexes()).toEqual([1, 2]);
  fack(0);
  fack(0);
  expect(take()).toEqual([]);
});

test('the window of the peer bounds what is under way', () => {
  const { fack, indexes } = sending(9);
  fack(0, { windowSize: 1 });
  expect(indexes()).toEqual([1]);
  fack(1, { windowSize: 2, serial: 1 });
  expect(indexes()).toEqual([2, 3]);
  fack(3, { windowSize: 2, serial: 3 });
  expect(indexes()).toEqual([4, 5]);
});

test('a window in kilobytes is turned into fragments where the settings read it so', () => {
  const { fack, indexes } = sending(9, { settings: { windowUnit: 'kilobytes' } });
  fack(0, { windowSize: 3, maxFragSize: 1024 });
  fack(2, { windowSize: 3, serial: 2, maxFragSize: 1024 });
  fack(5, { windowSize: 3, serial: 5, maxFragSize: 1024 });
  expect(indexes()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a closed window stops the sender, who tries one fragment after each silence and gives up in the end', () => {
  const { fack, indexes, advance, events, take, client } = sending(9);
  fack(0, { windowSize: 0 });
  expect(indexes()).toEqual([]);
  advance(1_000);
  expect(indexes()).toEqual([1]);
  for (let i = 0; i < 130; i++) {
    fack(0, { windowSize: 0, serial: i });
    advance(1_000);
  }
  expect(events).toMatchObject([{ kind: 'violation' }]);
  expect(client.counters.stalled).toBe(1);
  take();
  advance(100_000);
  expect(take().filter(({ type }) => type === 'request')).toEqual([]);
});

test('a fack for fragments that were never sent is worth nothing', () => {
  const { fack, take, advance, events } = sending(9);
  fack(5, { serial: 0 });
  fack(0x7fff, { serial: 0 });
  expect(take()).toEqual([]);
  for (let i = 0; i < 130; i++) {
    advance(1_000);
    fack(8, { serial: i });
  }
  expect(events).toMatchObject([{ kind: 'violation' }]);
});

test('when all has arrived pings ask after it', () => {
  const { fack, take, advance } = sending(2);
  fack(0);
  fack(1, { serial: 1 });
  take();
  advance(1_000);
  expect(take().map(({ type }) => type)).toEqual(['ping']);
});

test('a nocall with a body is a fack, one without starts the message over', () => {
  const { first, receive, take, indexes, advance } = sending(6);
  receive({ type: 'nocall', header: headerOf(first, { fragment: 0 }), body: fackBody() });
  expect(indexes()).toEqual([1, 2]);
  receive({ type: 'working', header: headerOf(first) });
  advance(1_000);
  take();
  receive({ type: 'nocall', header: headerOf(first), body: null });
  expect(indexes().at(0)).toBe(0);
});

test('Windows uses what it learnt of the packet size from the next call on, C706 runtimes at once', () => {
  const windows = sending(8);
  windows.fack(0);
  expect(windows.take().map((pdu) => (pdu as Request).stub.length)).toEqual([BODY, BODY]);
  windows.receive({ type: 'working', header: headerOf(windows.first) });
  windows.receive({
    ...responseFragment(windows.first, 0, new Uint8Array(0)),
    header: headerOf(windows.first, { flags1: nofack }),
  });
  windows.call({ stub: bytes(10_000) });
  expect((windows.take().at(-1) as Request).stub.length).toBe(4096 - 80);
  const c706 = sending(8, { dialect: 'c706' });
  c706.fack(0, { windowSize: 24 });
  expect(c706.take().map((pdu) => (pdu as Request).stub.length)).toEqual([4016, 8 * BODY - BODY - 4016]);
});

function responseFragment(
  to: { header: Request['header'] },
  index: number,
  stub: Uint8Array,
  flags1: number = frag,
): Response {
  const header = { ...to.header, flags1, flags2: 0, fragment: index, serial: index, serverBoot: BOOT };
  return { type: 'response', header, stub, trailer: new Uint8Array(0) };
}

/** A client that waits for a response. */
function receiving(options: Parameters<typeof scriptedClient>[0] = {}) {
  const script = scriptedClient(options);
  script.call();
  const first = script.takeOne('request');
  const fragment = (index: number, stub: Uint8Array, flags1: number = frag) =>
    script.receive(responseFragment(first, index, stub, flags1));
  return { ...script, first, fragment };
}

test('a response is put together whatever the order of its fragments', () => {
  const { fragment, events } = receiving();
  fragment(2, bytes(5), frag | lastfrag | nofack);
  fragment(0, bytes(8), frag | nofack);
  fragment(1, bytes(16), frag | nofack);
  expect(events).toMatchObject([{ kind: 'response' }]);
  expect(events[0]?.kind === 'response' && events[0].stub).toEqual(
    Uint8Array.from([...bytes(8), ...bytes(16), ...bytes(5)]),
  );
});

test('facks tell what has come in order and what beyond the gap', () => {
  const { fragment, takeOne } = receiving();
  fragment(0, bytes(8));
  expect(takeOne('fack')).toMatchObject({
    header: { fragment: 0 },
    body: { version: 1, windowSize: 8, maxTsdu: 4096, maxFragSize: 4096, serial: 0, selectiveAck: [] },
  });
  fragment(3, bytes(8));
  expect(takeOne('fack')).toMatchObject({ header: { fragment: 0 }, body: { serial: 3, selectiveAck: [0b100] } });
  fragment(40, bytes(8));
  expect(takeOne('fack').body?.selectiveAck).toEqual([0b100, 1 << 7]);
});

test('before the first fragment has come the fack says that none has', () => {
  const { fragment, takeOne } = receiving();
  fragment(1, bytes(8));
  expect(takeOne('fack')).toMatchObject({ header: { fragment: 0xffff }, body: { selectiveAck: [0b10] } });
});

test('a fragment that wants no fack gets none, but a gap before the last one is told', () => {
  const { fragment, take, takeOne } = receiving();
  fragment(0, bytes(8), frag | nofack);
  expect(take()).toEqual([]);
  fragment(2, bytes(8), frag | lastfrag | nofack);
  takeOne('fack');
});

test('a client that waits for fragments asks by fack, and acknowledges the whole as ever', () => {
  const { fragment, take, advance } = receiving();
  fragment(0, bytes(8), frag | nofack);
  advance(2_000);
  expect(take().map(({ type }) => type)).toEqual(['fack', 'fack']);
  fragment(1, bytes(8), frag | lastfrag | nofack);
  advance(2_000);
  expect(take().map(({ type }) => type)).toEqual(['ack']);
});

test.each([['too far ahead', 200, frag]] as const)('a fragment %s is refused', (_, index, flags1) => {
  const { fragment, client } = receiving();
  fragment(index, bytes(8), flags1);
  expect(client.counters.fragmentsRefused).toBe(1);
});

test('a response longer than the limit ends the call', () => {
  const { fragment, events, client } = receiving({ settings: { maxMessage: 20 } });
  fragment(0, bytes(16));
  fragment(1, bytes(16));
  expect(events).toMatchObject([{ kind: 'violation' }]);
  expect(client.counters.messagesRefused).toBe(1);
});

test('a response of which the last fragment asks for a fack is acknowledged at once, an idempotent one too', () => {
  for (const semantics of ['at-most-once', 'idempotent'] as const) {
    const script = scriptedClient();
    script.call({ semantics });
    const request = script.takeOne('request');
    const answer = (fragment: number, flags1: number) =>
      script.receive(response(request, bytes(8), { fragment, serial: fragment, flags1 }));
    answer(0, frag | nofack);
    answer(1, frag | lastfrag);
    expect(script.takeOne('ack').header).toMatchObject({ sequence: request.header.sequence, serverBoot: BOOT });
    script.advance(10_000);
    expect(script.take()).toEqual([]);
  }
});

test('one that does not ask is acknowledged two seconds later', () => {
  const { fragment, take, takeOne, advance } = receiving();
  fragment(0, bytes(8), frag | nofack);
  fragment(1, bytes(8), frag | lastfrag | nofack);
  advance(1_999);
  expect(take()).toEqual([]);
  advance(1);
  takeOne('ack');
});
