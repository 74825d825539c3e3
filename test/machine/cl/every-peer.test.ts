import { expect, test } from 'vitest';
import { uuid } from '../../../src/bytes/uuid.ts';
import { CONV, encodeConvWhoAreYou2Response } from '../../../src/interface/conv/index.ts';
import type { Dialect } from '../../../src/machine/cl/dialects.ts';
import { DIALECTS } from '../../../src/machine/cl/dialects.ts';
import { fragmentBody, windowTold } from '../../../src/machine/cl/message/fragment-size.ts';
import { FLAGS1, type Request, type Response } from '../../../src/pdu/cl/index.ts';
import { ncaCode } from '../../../src/status/nca.ts';
import { BOOT, CLIENT, SERVER } from './pair.ts';
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

/* What a peer of either family, Windows or C706, may do, and what our machines then do for the call to go on. */

const { frag, lastfrag, nofack, idempotent } = FLAGS1;
const ELSEWHERE = { host: CLIENT.host, port: 33_333 };

function identity(question: Request, own: { sequence?: number; casUuid?: Uint8Array } = {}) {
  const stub = encodeConvWhoAreYou2Response({ sequence: 0, casUuid: ADDRESS_SPACE, status: 0, ...own });
  return response(question, stub, { serverBoot: 0 });
}

/** A server with an activity that has shown who it is and has its first call answered. */
function known(dialect: Dialect = 'liberal') {
  const script = scriptedServer({ dialect });
  script.receive(request());
  script.receive(identity(script.takeOne('request')));
  script.handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(3) } });
  script.takeOne('response');
  return script;
}

test.each(['liberal', 'windows', 'c706'] as const)(
  'a known client that calls from another port is asked there, and followed once it has answered (%s)',
  (dialect) => {
    const { receive, takeOne, sent, events, handle, server } = known(dialect);
    receive(request({ sequence: 1 }, bytes(9)), ELSEWHERE);
    const question = takeOne('request');
    expect(sent.at(-1)?.to).toEqual(ELSEWHERE);
    expect(question.header.interfaceId).toEqual(CONV.uuid);
    expect(events).toHaveLength(1);
    receive(identity(question, { sequence: 1 }), ELSEWHERE);
    expect(events[1]).toMatchObject({ kind: 'dispatch', sequence: 1, stub: bytes(9), from: ELSEWHERE });
    handle({ kind: 'complete', call: 2, outcome: { kind: 'response', stub: bytes(3) } });
    takeOne('response');
    expect(sent.at(-1)?.to).toEqual(ELSEWHERE);
    expect(server.usage).toMatchObject({ peers: 1, callbacks: 0 });
  },
);

test('a stranger at another port gets one question, nothing is executed for him and the client stays where it is', () => {
  const { receive, take, sent, events, advance, server } = known();
  const at = sent.length;
  for (let serial = 0; serial < 10; serial++) receive(request({ sequence: 1, serial }, bytes(9)), ELSEWHERE);
  expect(take()).toMatchObject([{ type: 'request', header: { interfaceId: CONV.uuid } }]);
  advance(20_000);
  const drawn = sent.slice(at).filter(({ to }) => to.port === ELSEWHERE.port);
  expect(drawn.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(3 * 89);
  expect(events).toHaveLength(1);
  expect(server.usage).toMatchObject({ peers: 1, callbacks: 0 });
  receive(request({ sequence: 1 }, bytes(9)));
  expect(events).toHaveLength(2);
});

test('another client process at the new port is not taken for the one that had the activity', () => {
  const { receive, takeOne, events } = known();
  receive(request({ sequence: 1 }, bytes(9)), ELSEWHERE);
  receive(identity(takeOne('request'), { sequence: 1, casUuid: new Uint8Array(16).fill(9) }), ELSEWHERE);
  expect(events).toHaveLength(1);
});

test('a ping from another port asks there as well', () => {
  const { receive, takeOne, sent } = known();
  receive({ type: 'ping', header: request({ serial: 5 }).header }, ELSEWHERE);
  takeOne('request');
  expect(sent.at(-1)?.to).toEqual(ELSEWHERE);
});

test('idempotent calls, which prove nothing, may come from another port each', () => {
  const { receive, handle, takeOne, events } = scriptedServer({ dialect: 'liberal' });
  for (let sequence = 0; sequence < 3; sequence++) {
    receive(request({ flags1: idempotent, sequence }), { ...CLIENT, port: 6_000 + sequence });
    handle({ kind: 'complete', call: sequence + 1, outcome: { kind: 'response', stub: bytes(1) } });
    takeOne('response');
  }
  expect(events).toHaveLength(3);
});

test('lastfrag counts on the highest fragment only: a repeated one from the middle may carry it', () => {
  const { receive, events, server } = scriptedServer({ dialect: 'liberal' });
  const part = (fragment: number, flags1: number) =>
    receive(request({ flags1: frag | idempotent | nofack | flags1, fragment, serial: fragment }, bytes(8)));
  part(0, 0);
  part(2, 0);
  part(3, lastfrag);
  part(1, lastfrag);
  expect(events).toMatchObject([{ kind: 'dispatch', stub: { length: 32 } }]);
  expect(server.counters.fragmentsRefused).toBe(0);
});

test('a client takes a middle fragment with lastfrag as well', () => {
  const { call, receive, takeOne, events } = scriptedClient({ dialect: 'liberal' });
  call();
  const asked = takeOne('request');
  const part = (fragment: number, flags1: number) =>
    receive(response(asked, bytes(8), { flags1: frag | nofack | flags1, fragment, serial: fragment }));
  part(0, 0);
  part(2, 0);
  part(3, lastfrag);
  part(1, lastfrag);
  expect(events).toMatchObject([{ kind: 'response', stub: { length: 32 } }]);
});

test('a fack carries the serial number of the PDU that induced it, be it older than others', () => {
  const { receive, takeOne } = scriptedServer({ dialect: 'liberal' });
  const part = (fragment: number, serial: number) =>
    receive(request({ flags1: frag | idempotent, fragment, serial }, bytes(8)));
  part(1, 7);
  expect(takeOne('fack').body?.serial).toBe(7);
  part(0, 6);
  expect(takeOne('fack')).toMatchObject({ header: { fragment: 1 }, body: { serial: 6 } });
  part(0, 8);
  expect(takeOne('fack').body?.serial).toBe(8);
});

test('a ping of an incomplete request is answered by fack and nocall in turn, with its own serial number', () => {
  const { receive, take } = scriptedServer({ dialect: 'liberal' });
  receive(request({ flags1: frag | idempotent | nofack }, bytes(8)));
  for (let serial = 1; serial <= 6; serial++) receive({ type: 'ping', header: request({ serial }).header });
  expect(
    take().map((pdu) => ('body' in pdu && pdu.body !== null && 'serial' in pdu.body ? [pdu.type, pdu.body.serial] : 0)),
  ).toEqual([
    ['fack', 1],
    ['nocall', 2],
    ['fack', 3],
    ['nocall', 4],
    ['fack', 5],
    ['nocall', 6],
  ]);
});

test.each([
  ['fragments', 24, 24],
  ['kilobytes', 24, 16],
  ['smaller', 24, 16],
  ['smaller', 2, 2],
  ['smaller', 0, 0],
] as const)('a window read in %s: %i are %i fragments of 1 464 bytes', (windowUnit, told, fragments) => {
  expect(windowTold(told, 1_464, { ...DIALECTS.liberal.client, windowUnit })).toBe(fragments);
});

/** A client with the first fragment of four under way. */
function sending(options: Parameters<typeof scriptedClient>[0] = {}) {
  const script = scriptedClient({ dialect: 'liberal', ...options });
  script.call({ stub: bytes(4 * fragmentBody(1_024, 0)) });
  const first = script.takeOne('request');
  const fack = (fragment: number, serial: number, windowSize = 32) =>
    script.receive({ type: 'fack', header: headerOf(first, { fragment }), body: fackBody({ serial, windowSize }) });
  return { ...script, first, fack };
}

test('a fack that opens a closed window is news, whatever serial number it carries', () => {
  const { fack, take } = sending();
  fack(0, 5, 0);
  take();
  fack(0, 4, 8);
  expect(take().length).toBeGreaterThan(0);
});

test('a server’s response goes on as soon as a closed window is opened, too', () => {
  const { receive, handle, take } = scriptedServer({ dialect: 'liberal', settings: { amplification: 1_000 } });
  const asked = request({ flags1: idempotent });
  receive(asked);
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: bytes(4_000) } });
  const fack = (serial: number, windowSize: number) =>
    receive({ type: 'fack', header: headerOf(asked, { fragment: 0 }), body: fackBody({ serial, windowSize }) });
  fack(5, 0);
  take();
  fack(4, 8);
  expect(take().length).toBeGreaterThan(0);
});

test('an interface hint goes back with calls of its interface only', () => {
  const { call, receive, takeOne } = scriptedClient();
  const other = { uuid: uuid('11111111-2222-3333-4444-555555555555'), version: { major: 1, minor: 0 } };
  call();
  receive(response(takeOne('request'), bytes(1), { interfaceHint: 7 }));
  call({ interfaceId: other });
  const second = takeOne('request');
  expect(second.header.interfaceHint).toBe(0xffff);
  receive(response(second, bytes(1), { interfaceHint: 8 }));
  call();
  expect(takeOne('request').header.interfaceHint).toBe(7);
});

test.each(['liberal', 'windows', 'c706'] as const)(
  'a cancelled idempotent call is not executed again, and its client gets an outcome (%s)',
  (dialect) => {
    const { receive, handle, take, events } = scriptedServer({ dialect });
    const asked = request({ flags1: idempotent });
    receive(asked);
    receive({ type: 'cl_cancel', header: headerOf(asked), body: { version: 0, cancelId: 1 } });
    if (dialect !== 'windows')
      handle({ kind: 'complete', call: 1, outcome: { kind: 'fault', status: ncaCode('nca_s_fault_cancel') } });
    expect(take()).toMatchObject([{ type: 'cancel_ack' }, { type: 'fault', status: ncaCode('nca_s_fault_cancel') }]);
    receive({ ...asked, header: { ...asked.header, serial: 3 } });
    expect(take()).toMatchObject([{ type: 'fault' }]);
    expect(events.filter(({ kind }) => kind === 'dispatch')).toHaveLength(1);
  },
);

test('a liberal client waits for the outcome of its cancel, and not for ever', () => {
  const { call, handle, receive, takeOne, events, advance, take } = scriptedClient({ dialect: 'liberal' });
  const id = call();
  const asked = takeOne('request');
  handle({ kind: 'cancel', call: id });
  const quit = takeOne('cl_cancel');
  receive({ type: 'cancel_ack', header: headerOf(quit), body: { version: 0, cancelId: 1, accepting: 1 } });
  expect(events).toEqual([]);
  receive({
    type: 'fault',
    header: headerOf(asked),
    status: ncaCode('nca_s_fault_cancel'),
    trailer: new Uint8Array(0),
  });
  expect(events).toMatchObject([{ kind: 'fault', status: ncaCode('nca_s_fault_cancel') }]);
  const next = call();
  take();
  handle({ kind: 'cancel', call: next });
  advance(2_000);
  expect(events[1]).toMatchObject({ kind: 'abandoned' });
});

test('a request that is all out is asked after, and then its last fragment repeated, never the first for its own sake', () => {
  const { first, receive, take, advance, events } = sending();
  for (let serial = 0; serial < 3; serial++)
    receive({ type: 'fack', header: headerOf(first, { fragment: serial }), body: fackBody({ serial }) });
  const out = take();
  expect(out.at(-1)).toMatchObject({ type: 'request', header: { fragment: 3 } });
  advance(4_000);
  expect(take().map(({ type, header }) => [type, header.fragment])).toEqual([
    ['ping', 0],
    ['request', 3],
    ['ping', 0],
    ['request', 3],
  ]);
  receive(response(first, bytes(2), { serverBoot: BOOT }), SERVER);
  expect(events).toMatchObject([{ kind: 'response' }]);
});

test('after the answer to its ping a client repeats what the fack names as missing', () => {
  const { first, receive, take, advance } = sending();
  for (let serial = 0; serial < 3; serial++)
    receive({ type: 'fack', header: headerOf(first, { fragment: serial }), body: fackBody({ serial }) });
  take();
  advance(1_000);
  const [ping] = take();
  const serial = ping?.header.serial ?? 0;
  receive({ type: 'fack', header: headerOf(first, { fragment: 0 }), body: fackBody({ serial, selectiveAck: [0b10] }) });
  expect(take().map(({ header }) => header.fragment)).toEqual([3]);
});

test('silence in the middle of a response draws a ping beside the fack', () => {
  const { call, receive, take, takeOne, advance } = scriptedClient({ dialect: 'liberal' });
  call();
  const asked = takeOne('request');
  receive(response(asked, bytes(8), { flags1: frag | nofack }) as Response);
  advance(1_000);
  expect(take().map(({ type }) => type)).toEqual(['fack', 'ping']);
});
