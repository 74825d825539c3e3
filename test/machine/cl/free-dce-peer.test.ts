import { expect, test } from 'vitest';
import { CONV, encodeConvCaller, encodeConvWhoAreYouResponse } from '../../../src/interface/conv/index.ts';
import { type ClHeader, FLAGS1, type Response } from '../../../src/pdu/cl/index.ts';
import { ncaCode } from '../../../src/status/nca.ts';
import { BOOT, SERVER } from './pair.ts';
import { ACTIVITY, headerOf, request, response, scriptedClient, scriptedServer } from './scripted.ts';

/* What a C706 runtime other than Windows was seen to do on the wire, played by hand against our machines. */

test('a callback from another port of the server is answered there, and the call goes on with the first port', () => {
  const { call, receive, takeOne, sent, events } = scriptedClient();
  call();
  const asked = takeOne('request');
  const otherPort = { host: SERVER.host, port: 33_001 };
  const question = request(
    {
      interfaceId: CONV.uuid,
      interfaceMajor: 3,
      activity: new Uint8Array(16).fill(0xee),
      flags1: FLAGS1.idempotent,
      opnum: CONV.operations.conv_who_are_you,
    },
    encodeConvCaller({ activity: asked.header.activity, bootTime: BOOT }),
  );
  receive(question, otherPort);
  expect((takeOne('response') as Response).stub).toEqual(encodeConvWhoAreYouResponse({ sequence: 0, status: 0 }));
  expect(sent.at(-1)?.to).toEqual(otherPort);
  receive(response(asked));
  expect(events).toMatchObject([{ kind: 'response' }]);
  call();
  expect(sent.at(-1)?.to).toEqual(SERVER);
  expect(takeOne('request').header.serverBoot).toBe(BOOT);
});

test('a server that resends its response until it is acknowledged gets an ack each time', () => {
  const { call, receive, take, takeOne, advance } = scriptedClient();
  call();
  const asked = takeOne('request');
  receive(response(asked));
  advance(2_000);
  takeOne('ack');
  for (const [serial, wait] of [
    [1, 2_000],
    [2, 4_000],
  ] as const) {
    advance(wait);
    receive(response(asked, undefined, { serial }));
    expect(take().map(({ type }) => type)).toEqual(['ack']);
  }
});

test('a fault that is resent is acknowledged and told once', () => {
  const { call, receive, takeOne, events } = scriptedClient();
  call();
  const header = headerOf(takeOne('request'), { serverBoot: BOOT });
  const fault = { type: 'fault', status: 0x1c000013, trailer: new Uint8Array(0) } as const;
  receive({ ...fault, header });
  receive({ ...fault, header: { ...header, serial: 1 } });
  takeOne('ack');
  expect(events).toMatchObject([{ kind: 'fault', status: 0x1c000013 }]);
});

test('the reject that answers an unknown authentication passes through', () => {
  const { call, receive, takeOne, events } = scriptedClient();
  call();
  const status = ncaCode('nca_s_unspec_reject');
  receive({ type: 'reject', header: headerOf(takeOne('request')), status });
  expect(events).toMatchObject([{ kind: 'reject', status }]);
});

test('a client that pings instead of repeating its request is told to send it, and may then go on', () => {
  const { receive, takeOne, events } = scriptedServer();
  const first = request({ flags1: FLAGS1.idempotent });
  receive({ type: 'ping', header: headerOf(first, { serial: 1 }) });
  takeOne('nocall');
  receive({ ...first, header: { ...first.header, serial: 2 } });
  expect(events).toMatchObject([{ kind: 'dispatch', sequence: 0 }]);
});

test('a client that never raises the serial number of its pings is answered where the settings allow it', () => {
  const { receive, takeOne } = scriptedServer({ settings: { pingSerialMustRise: false } });
  const first = request({ flags1: FLAGS1.idempotent });
  receive(first);
  for (let i = 0; i < 3; i++) {
    receive({ type: 'ping', header: headerOf(first) });
    takeOne('working');
  }
});

test('a client that says nofack never, and one that says it always, are served alike', () => {
  for (const flags1 of [FLAGS1.idempotent, FLAGS1.idempotent | FLAGS1.nofack]) {
    const { receive, handle, takeOne } = scriptedServer();
    receive(request({ flags1 }));
    handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: new Uint8Array(0) } });
    takeOne('response');
  }
});

test('flag bits that belong to implementations are ignored', () => {
  const { receive, events } = scriptedServer();
  receive(request({ flags1: FLAGS1.idempotent | 0x81, flags2: 0xf9 }));
  expect(events).toMatchObject([{ kind: 'dispatch' }]);
});

test('one client process may call on two sockets with an activity each', () => {
  const { receive, events } = scriptedServer();
  const other = new Uint8Array(16).fill(0xad);
  receive(request({ flags1: FLAGS1.idempotent, activity: ACTIVITY }));
  receive(request({ flags1: FLAGS1.idempotent, activity: other }), { host: '10.0.0.9', port: 5_001 });
  expect(events).toMatchObject([{ from: { port: 5_000 } }, { from: { port: 5_001 } }]);
});

test('hints and boot time that a client sends back are accepted', () => {
  const { receive, handle, takeOne, events } = scriptedServer();
  receive(request({ flags1: FLAGS1.idempotent }));
  handle({ kind: 'complete', call: 1, outcome: { kind: 'response', stub: new Uint8Array(0) } });
  const learnt: Partial<ClHeader> = takeOne('response').header;
  const { serverBoot = 0, interfaceHint = 0, activityHint = 0 } = learnt;
  receive(request({ flags1: FLAGS1.idempotent, sequence: 1, serverBoot, interfaceHint, activityHint }));
  expect(events).toHaveLength(2);
});
