import { expect, test } from 'vitest';
import { writeU32 } from '../../../../src/bytes/integers.ts';
import type { Uuid } from '../../../../src/bytes/uuid.ts';
import { encodeConvWhoAreYou2Response } from '../../../../src/interface/conv/index.ts';
import type { ServerSettings } from '../../../../src/machine/cl/dialects.ts';
import { FLAGS1, type Request } from '../../../../src/pdu/cl/index.ts';
import { ncaCode } from '../../../../src/status/nca.ts';
import { ADDRESS_SPACE, bytes, headerOf, request, response, scriptedServer } from '../scripted.ts';

const { idempotent, frag, nofack } = FLAGS1;

function activity(n: number): Uuid {
  const id = new Uint8Array(16).fill(0xa1);
  writeU32(id, 0, n, true);
  return id;
}

function peer(n: number) {
  return { host: `10.1.${n >> 8}.${n & 255}`, port: 5_000 };
}

function limited(settings: Partial<ServerSettings>) {
  const script = scriptedServer({ settings });
  /** Call `n` of its own activity, from its own address. */
  const call = (n: number, header: Partial<Request['header']> = {}, from = peer(n)) =>
    script.receive(request({ flags1: idempotent, activity: activity(n), ...header }), from);
  const finish = (id: number) =>
    script.handle({ kind: 'complete', call: id, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  const identify = (question: Request, from = peer(0)) =>
    script.receive(
      response(question, encodeConvWhoAreYou2Response({ sequence: 0, casUuid: ADDRESS_SPACE, status: 0 }), {
        serverBoot: 0,
      }),
      from,
    );
  return { ...script, call, finish, identify };
}

test('beyond the limit of activities the one idle for longest is forgotten', () => {
  const { call, finish, server, advance, receive, take, events } = limited({ maxActivities: 3 });
  for (const n of [1, 2, 3]) {
    call(n);
    finish(n);
    advance(10);
  }
  receive({ type: 'ping', header: headerOf(request({ activity: activity(1) }), { serial: 1 }) }, peer(1));
  take();
  call(4);
  expect(server.size.activities).toBe(3);
  expect(server.counters.activitiesEvicted).toBe(1);
  // The first was heard of again meanwhile: it knows its call, and the second does not.
  call(1);
  call(2);
  expect(events.map((event) => event.kind === 'dispatch' && event.activity[0])).toEqual([1, 2, 3, 4, 2]);
});

test('strangers are forgotten before those who have answered a callback', () => {
  const { call, finish, identify, takeOne, advance, server } = limited({ maxActivities: 3 });
  call(0, { flags1: 0 });
  identify(takeOne('request'));
  finish(1);
  for (const n of [1, 2, 3, 4, 5]) {
    advance(10);
    call(n);
    finish(n + 1);
  }
  expect(server.size).toMatchObject({ activities: 3, clients: 1 });
  call(0, { flags1: 0, sequence: 1 }, peer(0));
  expect(server.counters.callbacks).toBe(1);
});

test('while all are at work a new activity is refused', () => {
  const { call, server, events } = limited({ maxActivities: 3 });
  for (const n of [1, 2, 3, 4]) call(n);
  expect(events).toHaveLength(3);
  expect(server.size.activities).toBe(3);
  expect(server.counters.activitiesRefused).toBe(1);
});

test('one peer has its own share of activities', () => {
  const { call, server, events } = limited({ maxActivitiesPerPeer: 2 });
  for (const n of [1, 2, 3]) call(n, {}, peer(9));
  call(4);
  expect(events).toHaveLength(3);
  expect(server.counters.activitiesRefused).toBe(1);
});

test('beyond the limit of calls the oldest answer nobody fetches goes, and then they are told that the server is busy', () => {
  const { call, finish, server, take } = limited({ maxCalls: 2 });
  call(1);
  finish(1);
  call(2);
  take();
  call(3);
  expect(take()).toEqual([]);
  expect(server.counters).toMatchObject({ callsEvicted: 1, callsRefused: 0 });
  call(4);
  expect(take()).toMatchObject([{ type: 'reject', status: ncaCode('nca_s_server_too_busy') }]);
  expect(server.counters.callsRefused).toBe(1);
  expect(server.size.calls).toBe(2);
});

test('one peer has its own share of calls, and a refused call is not executed later', () => {
  const { call, finish, server, takeOne, events, receive } = limited({ maxCallsPerPeer: 1 });
  call(1, {}, peer(9));
  call(2, {}, peer(9));
  takeOne('reject');
  finish(1);
  takeOne('response');
  receive({ type: 'ack', header: headerOf(request({ activity: activity(1) })) }, peer(9));
  call(2, { flags1: 0, serial: 1 }, peer(9));
  expect(events).toHaveLength(1);
  expect(server.counters.callsRefused).toBe(1);
});

test('beyond the limit of callbacks the oldest question is dropped, of one peer the newest call', () => {
  const { call, server } = limited({ maxCallbacks: 3, maxCallbacksPerPeer: 2 });
  for (const n of [1, 2, 3, 4, 5]) call(n, { flags1: 0 });
  expect(server.usage.callbacks).toBe(3);
  expect(server.size.activities).toBe(3);
  expect(server.counters.callbacksEvicted).toBe(2);
  const own = limited({ maxCallbacksPerPeer: 2 });
  for (const n of [1, 2, 3]) own.call(n, { flags1: 0 }, peer(9));
  expect(own.server.usage.callbacks).toBe(2);
  expect(own.server.counters.callbacksRefused).toBe(1);
});

test('beyond the limit of waiting fragments they are dropped', () => {
  const { receive, server } = limited({ maxFragmentsPerPeer: 2, maxFragments: 3 });
  for (const n of [1, 2]) {
    for (const fragment of [1, 2, 3, 4]) {
      const header = { flags1: idempotent | frag | nofack, activity: activity(n), fragment, serial: fragment };
      receive(request(header, bytes(8)), peer(n));
    }
    expect(server.usage.fragments).toBe(n + 1);
  }
  expect(server.counters.fragmentsRefused).toBe(5);
});

test('the bytes of unfinished requests are bounded: that without a fragment for longest goes, of one peer its own', () => {
  const { receive, server, takeOne } = limited({
    maxReassembly: 2_500,
    maxReassemblyPerPeer: 1_500,
    maxMessage: 10_000,
  });
  const part = (n: number, fragment: number, from = peer(n)) =>
    receive(
      request({ flags1: idempotent | frag | nofack, activity: activity(n), fragment, serial: fragment }, bytes(1_000)),
      from,
    );
  part(1, 0);
  part(2, 0);
  part(3, 0);
  expect(server.usage.reassembly).toBe(2_000);
  expect(server.counters.messagesRefused).toBe(1);
  part(3, 1);
  expect(takeOne('reject').status).toBe(ncaCode('nca_s_fault_remote_no_memory'));
  expect(server.usage.reassembly).toBe(1_000);
});

test('a request longer than the limit is refused', () => {
  const { receive, server, takeOne } = limited({ maxMessage: 1_500 });
  for (const fragment of [0, 1])
    receive(request({ flags1: idempotent | frag | nofack, fragment, serial: fragment }, bytes(1_000)));
  takeOne('reject');
  expect(server.counters.messagesRefused).toBe(1);
  expect(server.usage).toEqual({ fragments: 0, reassembly: 0, callbacks: 0, peers: 1 });
});

test('an answer longer than the limit becomes a fault', () => {
  const { call, handle, takeOne } = limited({ maxMessage: 1_500 });
  call(1);
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(1_501) } });
  expect(takeOne('fault').status).toBe(ncaCode('nca_s_out_args_too_big'));
});

test('pings from nowhere draw a thousand nocalls a second, and again in the next', () => {
  const { receive, advance, take, server } = limited({});
  const flood = () => {
    for (let n = 0; n < 1_500; n++) {
      const header = headerOf(request({ activity: activity(n) }), { serial: 1 });
      receive({ type: 'ping', header }, peer(n));
    }
  };
  advance(1_000);
  flood();
  expect(take()).toHaveLength(1_000);
  advance(1_000);
  flood();
  expect(take()).toHaveLength(1_000);
  expect(server.counters.nocallsRefused).toBe(1_000);
});
