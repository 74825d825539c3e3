import { expect, test } from 'vitest';
import { encodeConvWhoAreYou2Response } from '../../../../src/interface/conv/index.ts';
import { DREP_BIG_ENDIAN, FLAGS1 } from '../../../../src/pdu/cl/index.ts';
import { LocalMisuseError } from '../../../../src/status/errors.ts';
import { ncaCode } from '../../../../src/status/nca.ts';
import { BOOT, CLIENT } from '../pair.ts';
import { ACTIVITY, ADDRESS_SPACE, headerOf, request, response, scriptedServer } from '../scripted.ts';

const IDEMPOTENT = { flags1: FLAGS1.idempotent };
const ELSEWHERE = { host: CLIENT.host, port: CLIENT.port + 1 };

/** A server with one idempotent call dispatched: no callback stands between. */
function working(options: Parameters<typeof scriptedServer>[0] = {}) {
  const script = scriptedServer(options);
  const asked = request(IDEMPOTENT, Uint8Array.of(7));
  script.receive(asked);
  const complete = (call = 1) =>
    script.handle({ kind: 'complete', call, outcome: { kind: 'response', stub: Uint8Array.of(8) } });
  return { ...script, asked, complete };
}

test('an idempotent call is dispatched at once, with everything that its operation needs to know', () => {
  const { events, take } = working();
  expect(take()).toEqual([]);
  expect(events).toMatchObject([
    { kind: 'dispatch', call: 1, opnum: 0, stub: Uint8Array.of(7), littleEndian: true, from: CLIENT, sequence: 0 },
  ]);
});

test('the response names the call, carries the boot time and wants no fack', () => {
  const { asked, complete, takeOne } = working();
  complete();
  const { header, stub } = takeOne('response');
  expect(stub).toEqual(Uint8Array.of(8));
  expect(header).toMatchObject({ activity: ACTIVITY, sequence: 0, serverBoot: BOOT, fragment: 0, serial: 0 });
  expect(header.flags1).toBe(FLAGS1.nofack);
  expect(header.object).toEqual(asked.header.object);
});

test.each(['fault', 'reject'] as const)('a %s by the manager goes out with its status', (kind) => {
  const { handle, takeOne } = working();
  handle({ kind: 'complete', call: 1, outcome: { kind, status: 0x1c00001a } });
  expect(takeOne(kind).status).toBe(0x1c00001a);
});

test('a ping with a higher serial number is told that the call is being worked on', () => {
  const { asked, receive, takeOne } = working();
  receive({ type: 'ping', header: headerOf(asked, { serial: 1 }) });
  expect(takeOne('working').header).toMatchObject({ activity: ACTIVITY, serverBoot: BOOT });
});

test('where serial numbers must rise an old ping gets no answer', () => {
  const { asked, receive, take, takeOne } = working({ settings: { pingSerialMustRise: true } });
  receive({ type: 'ping', header: headerOf(asked, { serial: 2 }) });
  takeOne('working');
  receive({ type: 'ping', header: headerOf(asked, { serial: 2 }) });
  receive({ type: 'ping', header: headerOf(asked, { serial: 1 }) });
  expect(take()).toEqual([]);
});

test('a repeated request is answered with working and not dispatched again', () => {
  const { asked, receive, takeOne, events, server } = working();
  receive({ ...asked, header: { ...asked.header, serial: 1 } });
  takeOne('working');
  expect(events).toHaveLength(1);
  expect(server.counters).toMatchObject({ callsIn: 1, duplicates: 1 });
});

test('a request or a ping after the answer draws the same answer with the next serial number', () => {
  const { asked, complete, receive, take } = working();
  complete();
  receive({ ...asked, header: { ...asked.header, serial: 1 } });
  receive({ type: 'ping', header: headerOf(asked, { serial: 2 }) });
  expect(take().map(({ type, header }) => [type, header.serial])).toEqual([
    ['response', 0],
    ['response', 1],
    ['response', 2],
  ]);
});

test('an answer is never sent again unasked, as Windows does', () => {
  const { complete, take, takeOne, advance } = working();
  complete();
  takeOne('response');
  advance(10_000);
  expect(take()).toEqual([]);
});

test('the answer of an at-most-once call is sent again until it is acknowledged, where the settings say so', () => {
  const { receive, takeOne, handle, advance, take } = scriptedServer({ settings: { responseRetransmit: 3_000 } });
  const asked = request({}, Uint8Array.of(7));
  receive(asked);
  const stub = encodeConvWhoAreYou2Response({ sequence: 0, casUuid: ADDRESS_SPACE, status: 0 });
  receive(response(takeOne('request'), stub, { serverBoot: 0 }));
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: Uint8Array.of(8) } });
  advance(7_000);
  expect(take().map(({ type, header }) => [type, header.serial])).toEqual([
    ['response', 0],
    ['response', 1],
    ['response', 2],
  ]);
  receive({ type: 'ack', header: headerOf(asked) });
  advance(10_000);
  expect(take()).toEqual([]);
});

test('the answer of an idempotent call in one PDU is never sent again unasked, by no dialect', () => {
  for (const dialect of ['liberal', 'windows', 'c706'] as const) {
    const { complete, takeOne, take, advance } = working({ dialect });
    complete();
    takeOne('response');
    advance(20_000);
    expect(take()).toEqual([]);
  }
});

test('an acknowledged call is forgotten and its number never executed again', () => {
  const { asked, complete, take, receive, server, events } = working({});
  complete();
  receive({ type: 'ack', header: headerOf(asked) });
  expect(server.size.calls).toBe(0);
  take();
  receive(request({}, Uint8Array.of(7)));
  expect(take()).toEqual([]);
  expect(events).toHaveLength(1);
});

test('the next request acknowledges the answer before it', () => {
  const { complete, receive, server } = working();
  complete();
  expect(server.size.calls).toBe(1);
  receive(request({ ...IDEMPOTENT, sequence: 1 }));
  expect(server.size.calls).toBe(1);
});

test('an answer for a call that its client has left behind is thrown away', () => {
  const { complete, receive, take, server } = working();
  receive(request({ ...IDEMPOTENT, sequence: 1 }));
  complete(1);
  expect(take()).toEqual([]);
  expect(server.size.calls).toBe(1);
});

test('a request with a lower number than the present one is an old duplicate', () => {
  const { receive, take, events, server } = scriptedServer();
  receive(request({ ...IDEMPOTENT, sequence: 5 }));
  receive(request({ ...IDEMPOTENT, sequence: 4 }));
  expect(events).toHaveLength(1);
  expect(take()).toEqual([]);
  expect(server.counters.duplicates).toBe(1);
});

test('a maybe call is executed without any answer', () => {
  const { receive, events, take, handle, server } = scriptedServer();
  receive(request({ flags1: FLAGS1.maybe | FLAGS1.idempotent }));
  expect(events).toMatchObject([{ kind: 'dispatch', maybe: true }]);
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  expect(take()).toEqual([]);
  expect(server.size.calls).toBe(0);
});

test.each([
  ['an unknown interface', { interfaceId: new Uint8Array(16).fill(1) }, 'nca_s_unk_if'],
  ['another major version', { interfaceMajor: 2 }, 'nca_s_unk_if'],
  ['a minor version that is newer than the server', { interfaceMinor: 3 }, 'nca_s_unk_if'],
  ['an operation number beyond the last', { opnum: 3 }, 'nca_s_op_rng_error'],
  ['the boot time of another life', { serverBoot: BOOT - 1 }, 'nca_s_wrong_boot_time'],
] as const)('%s is rejected', (_, header, symbol) => {
  const { receive, takeOne, events, server } = scriptedServer();
  receive(request(header));
  const pdu = takeOne('reject');
  expect(pdu.status).toBe(ncaCode(symbol));
  expect(pdu.header.serverBoot).toBe(header && 'serverBoot' in header ? header.serverBoot : 0);
  expect(events).toEqual([]);
  expect(server.counters.rejected).toBe(1);
  expect(server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
});

test('a maybe call is refused in silence', () => {
  const { receive, take, server } = scriptedServer();
  receive(request({ flags1: FLAGS1.maybe | FLAGS1.idempotent, opnum: 99 }));
  expect(take()).toEqual([]);
  expect(server.counters.rejected).toBe(1);
});

test('an authenticated request is refused by a server without security', () => {
  const { receive, takeOne } = scriptedServer();
  receive({ ...request({ authProtocol: 10 }), trailer: new Uint8Array(32) });
  expect(takeOne('reject').status).toBe(1747);
});

test('a ping after a call that never arrived draws a nocall without a body', () => {
  const { receive, takeOne } = scriptedServer();
  receive({ type: 'ping', header: headerOf(request(), { serial: 1 }) });
  expect(takeOne('nocall').body).toBeNull();
});

test('a ping after an older call than the present one is dropped', () => {
  const { receive, take } = scriptedServer();
  receive(request({ ...IDEMPOTENT, sequence: 5 }));
  receive({ type: 'ping', header: headerOf(request({ sequence: 4 }), { serial: 1 }) });
  expect(take()).toEqual([]);
});

test('an activity belongs to the address that it came from first', () => {
  const { asked, complete, receive, take, events, server } = working();
  receive(request({ ...IDEMPOTENT, sequence: 1 }), ELSEWHERE);
  receive({ type: 'ping', header: headerOf(asked, { serial: 9 }) }, ELSEWHERE);
  complete();
  take();
  receive({ type: 'ack', header: headerOf(asked) }, ELSEWHERE);
  expect(take()).toEqual([]);
  expect(events).toHaveLength(1);
  expect(server.size.calls).toBe(1);
});

test.each(['response', 'fault', 'working', 'nocall', 'reject', 'cancel_ack'] as const)(
  'a stray %s is counted as garbage and nothing else',
  (type) => {
    const { receive, take, events, server } = scriptedServer();
    const header = headerOf(request());
    const trailer = new Uint8Array(0);
    if (type === 'response') receive({ type, header, stub: trailer, trailer });
    else if (type === 'fault') receive({ type, header, status: 1, trailer });
    else if (type === 'reject') receive({ type, header, status: 1 });
    else if (type === 'working') receive({ type, header });
    else receive({ type, header, body: null });
    expect(take()).toEqual([]);
    expect(events).toEqual([]);
    expect(server.counters.garbage).toBe(1);
    expect(server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
  },
);

test('a datagram of another RPC version is rejected as Windows does it, names and serial as they came', () => {
  const { handle, takeOne, events, server } = scriptedServer();
  const datagram = Uint8Array.from({ length: 113 }, (_, at) => (at === 0 ? 0x6a : at));
  handle({ kind: 'datagram', datagram, from: CLIENT });
  const { status, header } = takeOne('reject');
  expect(status).toBe(ncaCode('nca_s_rpc_version_mismatch'));
  expect(header).toMatchObject({ flags1: 0, flags2: 0, serverBoot: BOOT, serial: 0x074f, authProtocol: 0 });
  expect([...header.object, ...header.interfaceId, ...header.activity]).toEqual([...datagram.subarray(8, 56)]);
  expect(events).toEqual([]);
  expect(server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
});

test('the refusal of another version is no way to flood anybody, nor is it given where the settings drop', () => {
  const of = (length: number, first = 5) => Uint8Array.from({ length }, (_, at) => (at === 0 ? first : 0));
  const { handle, take, advance } = scriptedServer({ settings: { maxStrayNocalls: 3 } });
  const send = (datagram: Uint8Array) => handle({ kind: 'datagram', datagram, from: CLIENT });
  send(of(27));
  expect(take()).toEqual([]);
  for (let i = 0; i < 10; i += 1) send(of(28));
  expect(take()).toHaveLength(3);
  advance(1_000);
  send(of(28, 4));
  expect(take()).toEqual([]);
  for (const dialect of ['liberal', 'c706'] as const) {
    const quiet = scriptedServer({ dialect });
    quiet.handle({ kind: 'datagram', datagram: of(80), from: CLIENT });
    expect(quiet.take()).toEqual([]);
  }
});

test('a big-endian request is answered in the server’s own byte order', () => {
  const { receive, handle, takeOne, events } = scriptedServer();
  receive(request({ ...IDEMPOTENT, drep: DREP_BIG_ENDIAN, sequence: 0x01020304 }));
  expect(events).toMatchObject([{ kind: 'dispatch', littleEndian: false, sequence: 0x01020304 }]);
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  expect(takeOne('response').header).toMatchObject({ drep: 0x100000, sequence: 0x01020304 });
});

test('an answer nobody fetches is dropped, and its activity after five minutes of silence', () => {
  const { complete, advance, server } = working();
  complete();
  advance(60_000);
  expect(server.size).toMatchObject({ activities: 1, calls: 0 });
  advance(300_000);
  expect(server.size).toMatchObject({ activities: 0, calls: 0 });
});

test('only a call that is with the manager can be completed', () => {
  const { complete } = working();
  expect(() => complete(2)).toThrow(LocalMisuseError);
  complete();
  expect(() => complete()).toThrow(LocalMisuseError);
});
