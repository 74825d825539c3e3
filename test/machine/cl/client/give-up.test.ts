import { expect, test } from 'vitest';
import { BOOT } from '../pair.ts';
import { bytes, fackBody, headerOf, response, scriptedClient } from '../scripted.ts';

/** Stub bytes of a PDU of 1 024. */
const BODY = 944;

test('a server that asks for the request again and again is given up at the fifth time, unless parts of it arrive between', () => {
  const { call, takeOne, receive, events } = scriptedClient();
  call({ stub: bytes(9 * BODY) });
  const first = takeOne('request');
  const nocall = (times: number, fragment: number) => {
    for (let i = 0; i < times; i++)
      receive({ type: 'nocall', header: headerOf(first, { fragment }), body: fackBody({ serial: null }) });
  };
  nocall(4, 0xffff);
  receive({ type: 'fack', header: headerOf(first, { fragment: 0, serverBoot: BOOT }), body: fackBody() });
  nocall(4, 0);
  expect(events).toEqual([]);
  nocall(1, 0);
  expect(events).toMatchObject([{ kind: 'violation', reason: 'the server takes no part of it' }]);
});

test('nor when it works between', () => {
  const { call, takeOne, receive, events } = scriptedClient();
  call();
  const request = takeOne('request');
  const nocall = (times: number) => {
    for (let i = 0; i < times; i++) receive({ type: 'nocall', header: headerOf(request), body: fackBody() });
  };
  nocall(4);
  receive({ type: 'working', header: headerOf(request) });
  nocall(4);
  expect(events).toEqual([]);
  nocall(1);
  expect(events).toMatchObject([{ kind: 'violation' }]);
});

test('after a call that was lost in larger packets no later one of its server uses them again', () => {
  const { call, takeOne, receive, advance, take, events } = scriptedClient({ settings: { activitiesPerBinding: 1 } });
  /** The server of this call says that it takes 4 096 bytes. */
  const launch = () => {
    call({ stub: bytes(5 * BODY) });
    const first = takeOne('request');
    receive({ type: 'fack', header: headerOf(first, { fragment: 0, serverBoot: BOOT }), body: fackBody() });
    take();
    return first;
  };
  receive(response(launch()));
  call({ stub: bytes(5 * BODY) });
  const [larger] = take();
  expect(larger?.type === 'request' && larger.stub).toHaveLength(4_016);
  advance(60_000);
  expect(events.at(-1)).toMatchObject({ kind: 'no-answer' });
  take();
  receive(response(launch()));
  take();
  call({ stub: bytes(5 * BODY) });
  const [small] = take();
  expect(small?.type === 'request' && small.stub).toHaveLength(BODY);
});
