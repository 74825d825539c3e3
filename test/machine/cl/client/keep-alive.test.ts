import { expect, test } from 'vitest';
import { CONVC, decodeConvcIndyRequest, encodeConvcIndyRequest } from '../../../../src/interface/conv/index.ts';
import { FLAGS1, type Request } from '../../../../src/pdu/cl/index.ts';
import { pair } from '../pair.ts';
import { ACTIVITY, ADDRESS_SPACE, request, response, scriptedClient, scriptedServer } from '../scripted.ts';

test('a client that holds context handles says so every 20 seconds, by a maybe call', () => {
  const { handle, advance, sent } = scriptedClient();
  handle({ kind: 'hold', binding: 1 });
  advance(65_000);
  expect(sent.map(({ at }) => at)).toEqual([20_000, 40_000, 60_000]);
  const pdu = sent[0]?.pdu as Request;
  expect(pdu.header).toMatchObject({ interfaceId: CONVC.uuid, interfaceMajor: 1, opnum: 0 });
  expect(pdu.header.flags1 & (FLAGS1.maybe | FLAGS1.idempotent)).toBe(FLAGS1.maybe | FLAGS1.idempotent);
  expect(decodeConvcIndyRequest(pdu.stub, true)).toEqual({ casUuid: ADDRESS_SPACE });
});

test('two handles need one keep-alive, and none is sent once both are released', () => {
  const { handle, advance, sent } = scriptedClient();
  handle({ kind: 'hold', binding: 1 });
  handle({ kind: 'hold', binding: 1 });
  advance(25_000);
  expect(sent).toHaveLength(1);
  handle({ kind: 'release', binding: 1 });
  advance(20_000);
  expect(sent).toHaveLength(2);
  handle({ kind: 'release', binding: 1 });
  advance(100_000);
  expect(sent).toHaveLength(2);
});

test('the keep-alive names an activity where the settings read [MS-RPCE] so', () => {
  const { handle, call, receive, takeOne, take, advance } = scriptedClient({ settings: { keepAliveUuid: 'activity' } });
  call();
  const { header } = takeOne('request');
  receive(response({ type: 'working', header }));
  handle({ kind: 'flush' });
  handle({ kind: 'hold', binding: 1 });
  take();
  advance(20_000);
  expect(decodeConvcIndyRequest(takeOne('request').stub, true)).toEqual({ casUuid: header.activity });
});

test('a client process that falls silent for five minutes is run down once', async () => {
  const both = await pair();
  both.finish(both.call(Uint8Array.of(1)));
  both.advance(299_000);
  expect(both.serverEvents.filter(({ kind }) => kind === 'rundown')).toEqual([]);
  both.advance(40_000);
  expect(both.serverEvents.filter(({ kind }) => kind === 'rundown')).toHaveLength(1);
  both.advance(1_000_000);
  expect(both.serverEvents.filter(({ kind }) => kind === 'rundown')).toHaveLength(1);
  expect(both.server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
});

test.each(['address-space', 'activity'] as const)(
  'a keep-alive that names the %s prevents the rundown',
  async (reading) => {
    const both = await pair({ client: { keepAliveUuid: reading, activityIdle: Number.POSITIVE_INFINITY } });
    both.finish(both.call(Uint8Array.of(1)));
    both.clientEnd.handle({ kind: 'hold', binding: 1 });
    both.advance(3_600_000);
    expect(both.serverEvents.filter(({ kind }) => kind === 'rundown')).toEqual([]);
    both.clientEnd.handle({ kind: 'release', binding: 1 });
    both.advance(400_000);
    expect(both.serverEvents.filter(({ kind }) => kind === 'rundown')).toHaveLength(1);
  },
);

test('a keep-alive of a stranger or a truncated one is ignored', () => {
  const { receive, take, events, server } = scriptedServer();
  const names = { interfaceId: CONVC.uuid, flags1: FLAGS1.maybe | FLAGS1.idempotent };
  receive(request(names, encodeConvcIndyRequest({ casUuid: ACTIVITY })));
  receive(request(names, new Uint8Array(3)));
  expect(take()).toEqual([]);
  expect(events).toEqual([]);
  expect(server.size).toEqual({ activities: 0, calls: 0, clients: 0 });
  expect(server.counters.garbage).toBe(1);
});
