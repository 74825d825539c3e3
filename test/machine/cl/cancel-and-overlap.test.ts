import { expect, test } from 'vitest';
import { CONV, encodeConvCaller } from '../../../src/interface/conv/index.ts';
import { FLAGS1, FLAGS2 } from '../../../src/pdu/cl/index.ts';
import { ncaCode } from '../../../src/status/nca.ts';
import { BOOT, pair } from './pair.ts';
import { headerOf, request, response, scriptedClient, scriptedServer } from './scripted.ts';

const IDEMPOTENT = { flags1: FLAGS1.idempotent };

test('a cancel is repeated until the server confirms it, and ends the call', () => {
  const { call, handle, takeOne, take, advance, receive, events } = scriptedClient();
  const id = call();
  const asked = takeOne('request');
  receive({ type: 'working', header: headerOf(asked) });
  handle({ kind: 'cancel', call: id });
  const quit = takeOne('cl_cancel');
  expect(quit.body).toEqual({ version: 0, cancelId: 1 });
  advance(2_000);
  expect(take().map(({ type }) => type)).toEqual(['cl_cancel', 'cl_cancel']);
  receive({ type: 'cancel_ack', header: headerOf(quit), body: { version: 0, cancelId: 2, accepting: 1 } });
  receive({ type: 'cancel_ack', header: headerOf(quit), body: { version: 1, cancelId: 1, accepting: 1 } });
  expect(events).toEqual([]);
  receive({ type: 'cancel_ack', header: headerOf(quit), body: { version: 0, cancelId: 1, accepting: 1 } });
  expect(events).toMatchObject([{ kind: 'abandoned', call: id, confirmed: true }]);
});

test('an answer that comes before the confirmation is delivered', () => {
  const { call, handle, takeOne, receive, events } = scriptedClient();
  const id = call();
  const asked = takeOne('request');
  handle({ kind: 'cancel', call: id });
  receive(response(asked));
  expect(events).toMatchObject([{ kind: 'response', call: id }]);
});

test('a C706 client waits a second more for the answer of the cancelled operation', () => {
  const { call, handle, takeOne, take, receive, advance, events } = scriptedClient({ dialect: 'c706' });
  const id = call();
  takeOne('request');
  handle({ kind: 'cancel', call: id });
  const quit = takeOne('cl_cancel');
  receive({ type: 'cancel_ack', header: headerOf(quit), body: { version: 0, cancelId: 1, accepting: 1 } });
  expect(events).toEqual([]);
  advance(1_000);
  expect(events).toMatchObject([{ kind: 'abandoned', call: id }]);
  expect(take()).toMatchObject([{ type: 'cl_cancel', body: null }]);
});

test('a confirmation that nobody asked for is dropped', () => {
  const { call, takeOne, receive, events } = scriptedClient();
  call();
  const asked = takeOne('request');
  receive({ type: 'cancel_ack', header: headerOf(asked), body: null });
  receive({ type: 'cancel_ack', header: headerOf(asked), body: { version: 0, cancelId: 1, accepting: 1 } });
  expect(events).toEqual([]);
});

test('an abandoned call tells the server three times, or until it confirms', () => {
  const { call, handle, take, advance, receive, client } = scriptedClient();
  handle({ kind: 'abandon', call: call() });
  advance(10_000);
  const quits = take().filter(({ type }) => type === 'cl_cancel');
  expect(quits).toMatchObject([{ body: null }, { body: null }, { body: null }]);
  expect(client.size).toMatchObject({ activities: 0, calls: 0 });
  handle({ kind: 'abandon', call: call() });
  const quit = take().at(-1);
  if (quit === undefined) throw new Error('no quit');
  receive({ type: 'cancel_ack', header: headerOf(quit), body: null });
  advance(10_000);
  expect(take()).toEqual([]);
  expect(client.size).toMatchObject({ activities: 0, calls: 0 });
});

function cancelPdu(cancelId: number | null, sequence = 0) {
  return {
    type: 'cl_cancel',
    header: headerOf(request({ sequence })),
    body: cancelId === null ? null : { version: 0, cancelId },
  } as const;
}

test('a Windows server ends the cancelled call by a fault, tells its manager and confirms as often as asked', () => {
  const { receive, takeOne, take, events, handle, server } = scriptedServer();
  receive(request(IDEMPOTENT));
  receive(cancelPdu(1));
  expect(take()).toMatchObject([
    { type: 'cancel_ack', body: { version: 0, cancelId: 1, accepting: 1 } },
    { type: 'fault', status: ncaCode('nca_s_fault_cancel') },
  ]);
  expect(events[1]).toEqual({ kind: 'cancelled', call: 1, answerable: false });
  receive(cancelPdu(1));
  takeOne('cancel_ack');
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  expect(take()).toEqual([]);
  receive(request(IDEMPOTENT));
  expect(takeOne('fault').status).toBe(ncaCode('nca_s_fault_cancel'));
  expect(events).toHaveLength(2);
  receive({ type: 'ack', header: headerOf(request(IDEMPOTENT)) });
  expect(server.size.calls).toBe(0);
  expect(server.counters.cancels).toBe(1);
});

test('a C706 server leaves the call to its manager and answers with cancel_pending', () => {
  const { receive, takeOne, events, handle } = scriptedServer({ dialect: 'c706' });
  receive(request(IDEMPOTENT));
  receive(cancelPdu(2));
  takeOne('cancel_ack');
  receive(cancelPdu(1));
  expect(events[1]).toEqual({ kind: 'cancelled', call: 1, answerable: true });
  expect(events).toHaveLength(2);
  handle({ kind: 'complete', call: 1, outcome: { kind: 'fault', status: 0x1c00000d } });
  expect(takeOne('fault').header.flags2).toBe(FLAGS2.cancelPending);
});

test('an orphaned call is forgotten in either dialect, and never executed when it was still held', () => {
  for (const dialect of ['windows', 'c706'] as const) {
    const { receive, take, events, server, advance } = scriptedServer({ dialect });
    receive(request());
    receive(cancelPdu(null));
    expect(take().at(-1)).toMatchObject({ type: 'cancel_ack', body: null });
    expect(server.size.calls).toBe(0);
    expect(server.usage.callbacks).toBe(0);
    receive(request({ serial: 1 }));
    advance(20_000);
    expect(events).toEqual([]);
  }
});

test('a cancel for a call that never was is dropped, and so is one from elsewhere', () => {
  const { receive, take, events } = scriptedServer();
  receive(cancelPdu(1));
  expect(take()).toEqual([]);
  receive(request(IDEMPOTENT));
  receive(cancelPdu(1, 7));
  receive(cancelPdu(1), { host: '10.0.0.66', port: 5_000 });
  expect(take()).toEqual([]);
  expect(events).toHaveLength(1);
});

test('calls wait for each other where activities are few, in order', () => {
  const { call, takeOne, receive, events, client } = scriptedClient({ settings: { activitiesPerBinding: 1 } });
  const ids = [call(), call(), call()];
  expect(client.size).toMatchObject({ activities: 1, calls: 3 });
  for (const sequence of [0, 1, 2]) {
    const asked = takeOne('request');
    expect(asked.header).toMatchObject({ sequence, flags2: 0 });
    receive(response(asked));
  }
  expect(events.map((event) => 'call' in event && event.call)).toEqual(ids);
});

test('a waiting call can be withdrawn without a word to the server', () => {
  const { call, takeOne, take, handle, events } = scriptedClient({ settings: { activitiesPerBinding: 1 } });
  call();
  takeOne('request');
  const second = call();
  handle({ kind: 'abandon', call: second });
  expect(take()).toEqual([]);
  expect(events).toMatchObject([{ kind: 'abandoned', call: second, trace: { requests: 0 } }]);
});

test('calls that wait behind an abandoned one go on elsewhere', () => {
  const { call, take, handle } = scriptedClient({ settings: { activitiesPerBinding: 1 } });
  const first = call();
  call();
  const [asked] = take();
  handle({ kind: 'abandon', call: first });
  const next = take().find(({ type }) => type === 'request');
  expect(next?.header.sequence).toBe(0);
  expect(next?.header.activity).not.toEqual(asked?.header.activity);
});

/** A client whose server has offered overlapped calls while the first was in progress. */
function overlapping(settings = {}) {
  const script = scriptedClient({ settings: { activitiesPerBinding: 1, ...settings } });
  script.call();
  const first = script.takeOne('request');
  const { activity } = first.header;
  const stub = encodeConvCaller({ activity, bootTime: BOOT });
  const own = { activity: new Uint8Array(16).fill(9), flags1: FLAGS1.idempotent, flags2: FLAGS2.unrelated, opnum: 1 };
  script.receive(request({ interfaceId: CONV.uuid, interfaceMajor: 3, ...own }, stub));
  script.takeOne('response');
  return { ...script, first };
}

test('a waiting call starts before the one ahead has ended, once that is known to have arrived', () => {
  const { call, receive, takeOne, take, first, events, advance } = overlapping();
  call();
  const ping = takeOne('ping');
  receive({ type: 'working', header: headerOf(ping) });
  const second = takeOne('request');
  expect(second.header).toMatchObject({ sequence: 1, flags2: FLAGS2.unrelated });
  receive(response(second));
  receive(response(first));
  expect(events.map((event) => 'call' in event && event.call)).toEqual([2, 1]);
  expect(take()).toMatchObject([{ type: 'ack', header: { sequence: 1 } }]);
  advance(2_000);
  expect(take()).toMatchObject([{ type: 'ack', header: { sequence: 0 } }]);
});

test('without the offer, or with overlapping switched off, calls wait', () => {
  const { call, take } = overlapping({ overlap: false });
  call();
  expect(take()).toEqual([]);
});

test('a server executes overlapped calls side by side and discards none of them', () => {
  const { receive, events, handle, take, server } = scriptedServer();
  receive(request({ ...IDEMPOTENT, sequence: 0 }));
  receive(request({ ...IDEMPOTENT, sequence: 1, flags2: FLAGS2.unrelated }));
  expect(events).toMatchObject([{ sequence: 0 }, { sequence: 1 }]);
  expect(server.size.calls).toBe(2);
  handle({ kind: 'complete', call: 2, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  expect(take().map(({ header }) => header.sequence)).toEqual([1, 0]);
});

test('an overlapped call that is overtaken on the way is executed, once', () => {
  const { receive, events } = scriptedServer();
  receive(request({ ...IDEMPOTENT, sequence: 0 }));
  receive(request({ ...IDEMPOTENT, sequence: 2, flags2: FLAGS2.unrelated }));
  receive(request({ sequence: 1, flags1: FLAGS1.idempotent, flags2: FLAGS2.unrelated }));
  receive(request({ sequence: 1, flags1: FLAGS1.idempotent, flags2: FLAGS2.unrelated, serial: 1 }));
  expect(events.map((event) => event.kind === 'dispatch' && event.sequence)).toEqual([0, 2, 1]);
});

test('so many as 64 numbers may be overtaken; where one leaps farther, those that it leapt over are over', () => {
  const overtake = (last: number) => {
    const { receive, take } = scriptedServer();
    receive(request({ ...IDEMPOTENT, sequence: 0 }));
    receive(request({ ...IDEMPOTENT, sequence: last, flags2: FLAGS2.unrelated }));
    receive(request({ flags1: 0, sequence: 1, flags2: FLAGS2.unrelated }));
    return take().map(({ type }) => type);
  };
  // Of a call that may still be executed the server asks whose it is.
  expect(overtake(65)).toEqual(['request']);
  expect(overtake(66)).toEqual([]);
});

test('an idempotent call that is executed again opens no later number again', () => {
  const { receive, events, handle } = scriptedServer();
  receive(request({ ...IDEMPOTENT, sequence: 0 }));
  receive(request({ ...IDEMPOTENT, sequence: 1, flags2: FLAGS2.unrelated }));
  receive(request({ ...IDEMPOTENT, sequence: 2, flags2: FLAGS2.unrelated }));
  for (const call of [1, 2, 3]) {
    handle({ kind: 'complete', call, outcome: { kind: 'response', stub: new Uint8Array(0) } });
    receive({ type: 'ack', header: headerOf(request({ sequence: call - 1 })) });
  }
  receive(request({ ...IDEMPOTENT, sequence: 1, flags2: FLAGS2.unrelated, serial: 9 }));
  expect(events).toHaveLength(4);
  receive(request({ sequence: 2, flags1: 0, flags2: FLAGS2.unrelated, serial: 9 }));
  expect(events).toHaveLength(4);
});

test('overlapped calls over one activity all end right', async () => {
  const both = await pair({ client: { activitiesPerBinding: 1 }, work: (stub) => 500 - 10 * (stub[0] ?? 0) });
  const ids = Array.from({ length: 20 }, (_, n) => both.call(Uint8Array.of(n)));
  for (const id of ids) expect(both.finish(id)?.kind).toBe('response');
  expect(both.clock.now() - Date.UTC(2003, 2, 18)).toBeLessThan(20 * 400);
  for (const times of both.executed.values()) expect(times).toBe(1);
  expect(both.client.size.activities).toBe(1);
});
