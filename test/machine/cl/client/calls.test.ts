import { expect, test } from 'vitest';
import { FLAGS1 } from '../../../../src/pdu/cl/index.ts';
import { LocalMisuseError } from '../../../../src/status/errors.ts';
import { ncaCode } from '../../../../src/status/nca.ts';
import { BOOT, SERVER } from '../pair.ts';
import { headerOf, response, scriptedClient } from '../scripted.ts';

test('the first request carries no boot time, no hints and sequence 0', () => {
  const { call, takeOne, sent } = scriptedClient();
  call();
  const { header, stub } = takeOne('request');
  expect(header).toMatchObject({ serverBoot: 0, sequence: 0, interfaceHint: 0xffff, activityHint: 0xffff, serial: 0 });
  expect(header.flags1 & (FLAGS1.idempotent | FLAGS1.maybe | FLAGS1.frag)).toBe(0);
  expect(stub).toEqual(Uint8Array.of(1, 2, 3));
  expect(sent[0]?.to).toEqual(SERVER);
});

test('an unanswered request is sent again every second with a rising serial number', () => {
  const { call, advance, sent } = scriptedClient();
  call();
  advance(3_500);
  expect(sent.map(({ pdu, at }) => [pdu.type, at, pdu.header.serial])).toEqual([
    ['request', 0, 0],
    ['request', 1_000, 1],
    ['request', 2_000, 2],
    ['request', 3_000, 3],
  ]);
});

test('silence doubles the wait up to its bound where the settings say so', () => {
  const { call, advance, sent } = scriptedClient({ settings: { backOffOnSilence: true, retransmitMax: 4_000 } });
  call();
  advance(15_000);
  expect(sent.map(({ at }) => at)).toEqual([0, 1_000, 3_000, 7_000, 11_000, 15_000]);
});

test('a call that nobody answers ends after the silence that the settings allow', () => {
  const { call, advance, events, client } = scriptedClient({ settings: { giveUpAfter: 5_000 } });
  const id = call();
  advance(6_000);
  expect(events).toMatchObject([{ kind: 'no-answer', call: id, heard: false, trace: { requests: 5, pings: 0 } }]);
  expect(client.size.calls).toBe(0);
});

test('a server that works is pinged, and every working doubles the wait', () => {
  const { call, advance, receive, take, takeOne, sent, now } = scriptedClient();
  call();
  const request = takeOne('request');
  receive({ type: 'working', header: headerOf(request) });
  for (const wait of [1_000, 2_000, 4_000]) {
    const before = now();
    advance(wait);
    const ping = takeOne('ping');
    expect(sent.at(-1)?.at).toBe(before + wait);
    expect(ping.header.flags1).toBe(0);
    receive({ type: 'working', header: headerOf(ping) });
  }
  expect(take()).toEqual([]);
  expect(sent.map(({ pdu }) => pdu.header.serial)).toEqual([0, 1, 2, 3]);
});

test('a server that works for an hour is not given up, and one lost ping is not the end', () => {
  const { call, advance, receive, takeOne, take, events } = scriptedClient();
  const id = call();
  const request = takeOne('request');
  receive({ type: 'working', header: headerOf(request) });
  for (let time = 0, lost = false; time < 3_600_000; time += 1_000) {
    advance(1_000);
    for (const pdu of take()) {
      lost = !lost;
      if (!lost) receive({ type: 'working', header: headerOf(pdu) });
    }
  }
  expect(events).toEqual([]);
  receive(response(request));
  expect(events).toMatchObject([{ kind: 'response', call: id }]);
});

test('late duplicates of a working do not lengthen the wait', () => {
  const { call, advance, receive, takeOne, take } = scriptedClient();
  call();
  const request = takeOne('request');
  for (let i = 0; i < 8; i++) receive({ type: 'working', header: headerOf(request) });
  advance(1_000);
  expect(take()).toMatchObject([{ type: 'ping' }]);
});

test('the request is sent again when a ping draws a nocall, and once only', () => {
  const { call, advance, receive, takeOne, take } = scriptedClient();
  call();
  const request = takeOne('request');
  receive({ type: 'working', header: headerOf(request) });
  advance(1_000);
  const ping = takeOne('ping');
  receive({ type: 'nocall', header: headerOf(ping), body: null });
  expect(takeOne('request').header.serial).toBe(2);
  receive({ type: 'nocall', header: headerOf(ping), body: null });
  expect(take()).toEqual([]);
});

test('a server that answers every ping with a nocall that takes nothing fails the call', () => {
  const { call, advance, receive, takeOne, take, events } = scriptedClient();
  call();
  const request = takeOne('request');
  const body = { version: 1, windowSize: 8, maxTsdu: 4096, maxFragSize: 4096, serial: 0, selectiveAck: [] };
  for (let i = 0; i < 5; i++) receive({ type: 'nocall', header: headerOf(request, { fragment: 0xffff }), body });
  expect(events).toMatchObject([{ kind: 'violation' }]);
  take();
  advance(10_000);
  expect(take().filter(({ type }) => type === 'request')).toEqual([]);
});

test('the response is handed over and acknowledged after two seconds', () => {
  const { call, advance, receive, takeOne, take, events, sent } = scriptedClient();
  const id = call();
  const request = takeOne('request');
  receive(response(request, Uint8Array.of(9)));
  expect(events).toMatchObject([{ kind: 'response', call: id, stub: Uint8Array.of(9), littleEndian: true }]);
  advance(1_999);
  expect(take()).toEqual([]);
  advance(1);
  const ack = takeOne('ack');
  expect(ack.header).toMatchObject({ activity: request.header.activity, sequence: 0, serverBoot: BOOT });
  expect(sent.at(-1)?.at).toBe(2_000);
});

test('the next request of the activity acknowledges by itself', () => {
  const { call, advance, receive, takeOne, take } = scriptedClient();
  call();
  const first = takeOne('request');
  receive(response(first));
  call();
  const second = takeOne('request');
  expect(second.header.activity).toEqual(first.header.activity);
  expect(second.header.sequence).toBe(1);
  receive(response(second));
  advance(5_000);
  expect(take().map(({ type, header }) => [type, header.sequence])).toEqual([['ack', 1]]);
});

test('the response of an idempotent call needs no acknowledgement', () => {
  const { call, advance, receive, takeOne, take } = scriptedClient();
  call({ semantics: 'idempotent' });
  const request = takeOne('request');
  expect(request.header.flags1 & FLAGS1.idempotent).toBe(FLAGS1.idempotent);
  receive(response(request));
  advance(10_000);
  expect(take()).toEqual([]);
});

test('a maybe call is sent once and over', () => {
  const { call, advance, takeOne, take, events, client } = scriptedClient();
  const id = call({ semantics: 'maybe' });
  expect(takeOne('request').header.flags1 & FLAGS1.maybe).toBe(FLAGS1.maybe);
  expect(events).toMatchObject([{ kind: 'sent', call: id }]);
  advance(10_000);
  expect(take()).toEqual([]);
  expect(client.size.calls).toBe(0);
});

test('flush acknowledges at once', () => {
  const { call, receive, takeOne, handle } = scriptedClient();
  call();
  receive(response(takeOne('request')));
  handle({ kind: 'flush' });
  takeOne('ack');
});

test('a server that repeats its answer is told again that it has arrived', () => {
  const { call, receive, takeOne, events, take } = scriptedClient();
  call();
  const first = takeOne('request');
  receive(response(first));
  receive(response(first, undefined, { serial: 1 }));
  takeOne('ack');
  call();
  take();
  receive(response(first, undefined, { serial: 2 }));
  expect(takeOne('ack').header.sequence).toBe(0);
  expect(events).toHaveLength(1);
});

test('boot time and hints are learnt from the first answer and sent back from then on', () => {
  const { call, receive, takeOne } = scriptedClient();
  call();
  receive(response(takeOne('request'), undefined, { interfaceHint: 3, activityHint: 7 }));
  call();
  expect(takeOne('request').header).toMatchObject({ serverBoot: BOOT, interfaceHint: 3, activityHint: 7 });
});

test('an answer of a server that was started at another time is dropped', () => {
  const { call, receive, takeOne, events } = scriptedClient();
  call();
  receive(response(takeOne('request')));
  call();
  receive(response(takeOne('request'), undefined, { serverBoot: BOOT + 60 }));
  expect(events).toHaveLength(1);
});

test('a server that rejects our boot time is asked with none the next time', () => {
  const { call, receive, takeOne, take, events } = scriptedClient();
  call();
  receive(response(takeOne('request')));
  call();
  const status = ncaCode('nca_s_wrong_boot_time');
  receive({ type: 'reject', header: headerOf(takeOne('request'), { serverBoot: BOOT }), status });
  expect(events[1]).toMatchObject({ kind: 'reject', status });
  take();
  call();
  expect(takeOne('request').header.serverBoot).toBe(0);
});

test.each(['fault', 'reject'] as const)('the status of a %s reaches the caller as it is on the wire', (type) => {
  const { call, receive, takeOne, events } = scriptedClient();
  const id = call();
  const header = headerOf(takeOne('request'), { serverBoot: BOOT });
  receive(
    type === 'fault' ? { type, header, status: 0x6f7, trailer: new Uint8Array(0) } : { type, header, status: 0x6f7 },
  );
  expect(events).toMatchObject([{ kind: type, call: id, status: 0x6f7 }]);
});

test.each(['ack', 'cl_cancel'] as const)(
  'an %s from the server is a breach of the protocol and ends the call',
  (type) => {
    const { call, receive, takeOne, events } = scriptedClient();
    call();
    const header = headerOf(takeOne('request'));
    receive(type === 'ack' ? { type, header } : { type, header, body: null });
    expect(events).toMatchObject([{ kind: 'violation', reason: `the server sent ${type}` }]);
  },
);

test('packets of other activities, later calls and no calls at all change nothing', () => {
  const { call, receive, takeOne, take, events, client } = scriptedClient();
  const id = call();
  const request = takeOne('request');
  const before = client.size;
  receive(response(request, undefined, { activity: new Uint8Array(16).fill(0x55) }));
  receive(response(request, undefined, { sequence: 1 }));
  receive({ type: 'cancel_ack', header: headerOf(request), body: null });
  receive({ type: 'ping', header: headerOf(request) });
  expect(take()).toEqual([]);
  expect(events).toEqual([]);
  expect(client.size).toEqual(before);
  receive(response(request));
  expect(events).toMatchObject([{ kind: 'response', call: id }]);
});

test('a binding to the endpoint mapper goes on with the server that answers', () => {
  const { call, receive, takeOne, handle, events, sent } = scriptedClient();
  const mapper = { host: SERVER.host, port: 135 };
  handle({ kind: 'bind', binding: 2, to: mapper, viaMapper: true });
  call({ binding: 2 });
  expect(sent.at(-1)?.to).toEqual(mapper);
  receive(response(takeOne('request')), SERVER);
  expect(events[0]).toEqual({ kind: 'repointed', binding: 2, to: SERVER });
  call({ binding: 2 });
  expect(sent.at(-1)?.to).toEqual(SERVER);
});

test('a binding to a server itself stays where it is, whoever answers', () => {
  const { call, receive, takeOne, sent } = scriptedClient();
  call();
  receive(response(takeOne('request')), { host: SERVER.host, port: 4_711 });
  call();
  expect(sent.at(-1)?.to).toEqual(SERVER);
});

test('calls at the same time go on activities of their own', () => {
  const { call, take } = scriptedClient();
  call();
  call();
  const [first, second] = take();
  expect(first?.header.activity).not.toEqual(second?.header.activity);
});

test('unknown and taken numbers are the caller’s own mistake', () => {
  const { call, handle } = scriptedClient();
  call({ call: 77 });
  expect(() => call({ call: 77 })).toThrow(LocalMisuseError);
  expect(() => call({ binding: 9 })).toThrow(LocalMisuseError);
  expect(() => handle({ kind: 'bind', binding: 1, to: SERVER })).toThrow(LocalMisuseError);
  expect(() => handle({ kind: 'unbind', binding: 9 })).toThrow(LocalMisuseError);
});

test('a call that is given up ends as abandoned, and its activity is not used again', () => {
  const { call, takeOne, handle, receive, take, events, client } = scriptedClient();
  const id = call();
  const first = takeOne('request');
  handle({ kind: 'abandon', call: id });
  expect(events).toMatchObject([{ kind: 'abandoned', call: id, trace: { requests: 1 } }]);
  expect(client.size.calls).toBe(0);
  take();
  receive(response(first));
  takeOne('ack');
  expect(events).toHaveLength(1);
  call();
  expect(takeOne('request').header.activity).not.toEqual(first.header.activity);
});
