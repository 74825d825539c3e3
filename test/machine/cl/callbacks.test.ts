import { expect, test } from 'vitest';
import { NIL_UUID, type Uuid } from '../../../src/bytes/uuid.ts';
import {
  CONV,
  decodeConvAreYouThereResponse,
  decodeConvCaller,
  decodeConvWhoAreYou2Response,
  decodeConvWhoAreYouAuthResponse,
  decodeConvWhoAreYouResponse,
  encodeConvCaller,
  encodeConvWhoAreYou2Response,
  encodeConvWhoAreYouAuthRequest,
  encodeConvWhoAreYouResponse,
} from '../../../src/interface/conv/index.ts';
import { type ClPdu, DREP_BIG_ENDIAN, FLAGS1, FLAGS2, type Request, type Response } from '../../../src/pdu/cl/index.ts';
import { dceCode } from '../../../src/status/dce.ts';
import { ncaCode } from '../../../src/status/nca.ts';
import { BOOT, CLIENT, pair, SERVER } from './pair.ts';
import { ACTIVITY, ADDRESS_SPACE, headerOf, request, response, scriptedClient, scriptedServer } from './scripted.ts';

const { operations } = CONV;
const SERVERS_ACTIVITY: Uuid = new Uint8Array(16).fill(0xee);

function callback(activity: Uuid, { opnum = 1, bootTime = BOOT, ...header }: Record<string, number> = {}): Request {
  return request(
    {
      interfaceId: CONV.uuid,
      interfaceMajor: 3,
      activity: SERVERS_ACTIVITY,
      flags1: FLAGS1.idempotent,
      flags2: FLAGS2.unrelated,
      opnum,
      ...header,
    },
    encodeConvCaller({ activity, bootTime }),
  );
}

/** A client with a call in progress and the request that it has sent. */
function asked() {
  const script = scriptedClient();
  script.call();
  const { header } = script.takeOne('request');
  const answer = () => (script.takeOne('response') as Response).stub;
  return { ...script, activity: header.activity, answer };
}

test('who_are_you2 is answered with the sequence number and the address space of the client', () => {
  const { receive, activity, sent, take } = asked();
  receive(callback(activity));
  const [pdu] = take() as [Response];
  expect(pdu.header).toMatchObject({ activity: SERVERS_ACTIVITY, opnum: 1, sequence: 0, flags2: 0 });
  expect(decodeConvWhoAreYou2Response(pdu.stub, true)).toEqual({ sequence: 0, casUuid: ADDRESS_SPACE, status: 0 });
  expect(sent.at(-1)?.to).toEqual(SERVER);
});

test('who_are_you and are_you_there are answered as well', () => {
  const { receive, activity, answer } = asked();
  receive(callback(activity, { opnum: operations.conv_who_are_you }));
  expect(decodeConvWhoAreYouResponse(answer(), true)).toEqual({ sequence: 0, status: 0 });
  receive(callback(activity, { opnum: operations.conv_are_you_there }));
  expect(decodeConvAreYouThereResponse(answer(), true)).toEqual({ status: 0 });
});

test('who_are_you_auth is told that the binding has no security', () => {
  const { receive, activity, answer } = asked();
  const pdu = callback(activity, { opnum: operations.conv_who_are_you_auth });
  const stub = encodeConvWhoAreYouAuthRequest({
    activity,
    bootTime: BOOT,
    inData: Uint8Array.of(1, 2, 3),
    outMaxLength: 100,
  });
  receive({ ...pdu, stub });
  expect(decodeConvWhoAreYouAuthResponse(answer(), true)).toMatchObject({
    status: dceCode('rpc_s_binding_has_no_auth'),
  });
});

test('the answer goes to where the callback came from', () => {
  const { receive, activity, sent } = asked();
  const other = { host: SERVER.host, port: 60_001 };
  receive(callback(activity), other);
  expect(sent.at(-1)?.to).toEqual(other);
});

test('a callback for an activity without a call gets bad_actid', () => {
  const { receive, answer } = asked();
  receive(callback(new Uint8Array(16).fill(1)));
  expect(decodeConvWhoAreYou2Response(answer(), true).status).toBe(ncaCode('nca_s_bad_actid'));
});

test('a callback with another boot time than the one learnt gets you_crashed', () => {
  const { receive, activity, answer } = asked();
  receive(callback(activity));
  answer();
  receive(callback(activity, { bootTime: BOOT + 1 }));
  expect(decodeConvWhoAreYou2Response(answer(), true).status).toBe(ncaCode('nca_s_you_crashed'));
});

test('the boot time is learnt from the callback', () => {
  const { receive, activity, advance, take } = asked();
  receive(callback(activity));
  take();
  advance(1_000);
  expect(take()).toMatchObject([{ type: 'request', header: { serverBoot: BOOT } }]);
});

test('the callback keeps the call alive and is told to whoever asks why a call failed', () => {
  const { receive, activity, advance, events } = asked();
  advance(20_000);
  receive(callback(activity));
  advance(20_000);
  expect(events).toEqual([]);
  advance(15_000);
  expect(events).toMatchObject([{ kind: 'no-answer', heard: true, trace: { callbacks: 1 } }]);
});

test('a callback with an unknown operation or version is rejected, a truncated one too', () => {
  const { receive, activity, takeOne } = asked();
  receive(callback(activity, { opnum: 5 }));
  expect(takeOne('reject').status).toBe(ncaCode('nca_s_op_rng_error'));
  receive(callback(activity, { interfaceMajor: 2 }));
  expect(takeOne('reject').status).toBe(ncaCode('nca_s_unk_if'));
  receive({ ...callback(activity), stub: new Uint8Array(19) });
  expect(takeOne('reject').status).toBe(ncaCode('nca_s_proto_error'));
});

test('fragmented and authenticated callbacks are dropped', () => {
  const { receive, activity, take } = asked();
  receive(callback(activity, { flags1: FLAGS1.frag }));
  receive({ ...callback(activity, { authProtocol: 10 }), trailer: new Uint8Array(32) });
  expect(take()).toEqual([]);
});

test('a big-endian callback is read in its own byte order', () => {
  const { receive, activity, answer } = asked();
  const pdu = callback(activity, { drep: DREP_BIG_ENDIAN });
  receive({ ...pdu, stub: encodeConvCaller({ activity, bootTime: BOOT }, false) });
  expect(decodeConvWhoAreYou2Response(answer(), true).status).toBe(0);
});

/** A server that has asked who calls, and its question. */
function held(settings: NonNullable<Parameters<typeof scriptedServer>[0]>['settings'] = {}) {
  const script = scriptedServer({ settings });
  script.receive(request({}, Uint8Array.of(7)));
  const question = script.takeOne('request');
  return { ...script, question };
}

function identity(question: ClPdu, { sequence = 0, status = 0 } = {}): ClPdu {
  return response(question, encodeConvWhoAreYou2Response({ sequence, casUuid: ADDRESS_SPACE, status }), {
    serverBoot: 0,
  });
}

test('the first at-most-once call of an activity is held until the client has said who it is', () => {
  const { question, receive, events, sent } = held();
  expect(sent[0]?.to).toEqual(CLIENT);
  expect(question.header).toMatchObject({
    interfaceId: CONV.uuid,
    interfaceMajor: 3,
    opnum: operations.conv_who_are_you2,
    serverBoot: 0,
    sequence: 0,
    flags2: FLAGS2.unrelated,
    object: NIL_UUID,
  });
  expect(question.header.flags1 & FLAGS1.idempotent).toBe(FLAGS1.idempotent);
  expect(question.header.activity).not.toEqual(ACTIVITY);
  expect(decodeConvCaller(question.stub, true)).toEqual({ activity: ACTIVITY, bootTime: BOOT });
  expect(events).toEqual([]);
  receive(identity(question));
  expect(events).toMatchObject([{ kind: 'dispatch', stub: Uint8Array.of(7), addressSpace: ADDRESS_SPACE }]);
});

test('a known activity is not asked again', () => {
  const { question, receive, events, take } = held();
  receive(identity(question));
  receive(request({ sequence: 1 }));
  expect(events).toHaveLength(2);
  expect(take()).toEqual([]);
});

test('a request that is repeated while it is held draws working and no second callback', () => {
  const { receive, takeOne, server } = held();
  receive(request({ serial: 1 }, Uint8Array.of(7)));
  takeOne('working');
  expect(server.counters).toMatchObject({ callbacks: 1, callsIn: 0 });
});

test('the callback is repeated, and its failure rejects the call with 0x1C00000B', () => {
  const { advance, take, receive, server, events } = held();
  for (let serial = 1; serial <= 16; serial++) {
    advance(1_000);
    if (server.size.calls > 0) receive(request({ serial }, Uint8Array.of(7)));
  }
  const pdus = take();
  expect(pdus.filter(({ type }) => type === 'request').length).toBeGreaterThan(1);
  expect(pdus.at(-1)).toMatchObject({ type: 'reject', status: 0x1c00000b });
  expect(server.counters).toMatchObject({ callbacks: 1, callbacksFailed: 1, callsIn: 0 });
  expect(events).toEqual([]);
});

test('a client that hears working and pings ever less is told of the failed callback all the same', async () => {
  const blocked = await pair({ serverGate: (datagram) => datagram[1] !== 0 });
  expect(blocked.finish(blocked.call(new Uint8Array(0)))).toMatchObject({ kind: 'reject', status: 0x1c00000b });
});

test('a client that says nothing more gets no more than three times the bytes of its request', () => {
  const { advance, sent, server } = held();
  advance(60_000);
  const bytes = sent.reduce((sum, { size }) => sum + size, 0);
  expect(bytes).toBeGreaterThan(81);
  expect(bytes).toBeLessThanOrEqual(3 * 81);
  expect(server.counters.amplificationRefused).toBeGreaterThan(0);
  expect(server.size.calls).toBe(0);
});

test('a client that refuses the callback has its call rejected with 0x1C00000B', () => {
  const { question, receive, takeOne, events } = held();
  receive(identity(question, { status: ncaCode('nca_s_you_crashed') }));
  expect(takeOne('reject').status).toBe(0x1c00000b);
  expect(events).toEqual([]);
});

test('a client without a conversation manager has its call rejected with 0x1C00000B', () => {
  const { question, receive, takeOne } = held();
  receive({ type: 'reject', header: headerOf(question), status: ncaCode('nca_s_unk_if') });
  expect(takeOne('reject').status).toBe(0x1c00000b);
});

test('a client that is already at a later call makes the request an old duplicate', () => {
  const { question, receive, take, events, server } = held();
  receive(identity(question, { sequence: 3 }));
  expect(events).toEqual([]);
  expect(take()).toEqual([]);
  expect(server.size.calls).toBe(0);
});

test('a truncated answer to the callback fails it', () => {
  const { question, receive, takeOne, events } = held();
  receive(response(question, new Uint8Array(10), { serverBoot: 0 }));
  expect(takeOne('reject').status).toBe(0x1c00000b);
  expect(events).toEqual([]);
});

test('NT 4.0 asks without the flag that says it understands overlapped calls, other runtimes ask with operation 0', () => {
  expect(held({ offersOverlap: false }).question.header.flags2).toBe(0);
  const { question, receive, events } = held({ callback: 'who-are-you' });
  expect(question.header.opnum).toBe(operations.conv_who_are_you);
  receive(response(question, encodeConvWhoAreYouResponse({ sequence: 0, status: 0 }), { serverBoot: 0 }));
  expect(events).toMatchObject([{ kind: 'dispatch' }]);
});

test('an answer to a callback that was never made is ignored', () => {
  const { question, receive, events } = held();
  receive(identity({ ...question, header: { ...question.header, activity: SERVERS_ACTIVITY } }));
  expect(events).toEqual([]);
});
