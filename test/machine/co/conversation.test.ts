import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import { uuidText } from '../../../src/bytes/uuid.ts';
import { featureSyntax } from '../../../src/pdu/co/bind-time-features.ts';
import { CO_BIG_ENDIAN, type CoPdu, decodeCo, encodeCo, PFC } from '../../../src/pdu/co/index.ts';
import { ncaCode } from '../../../src/status/nca.ts';
import { call, coPair, ECHO, newServer, OTHER } from './pair.ts';

const HELLO = fromHex('0102030405060708');
const NDR64 = {
  uuid: fromHex('3305717105babe4983 19b5dbef9ccc36'.replaceAll(' ', '')),
  version: { major: 1, minor: 0 },
};

describe('a call', () => {
  test('binds first, and the second one on the same interface does not', () => {
    const pair = coPair();
    pair.tell(call(1, HELLO));
    pair.tell(call(2, HELLO));
    expect(pair.types()).toEqual([
      'client bind',
      'server bind_ack',
      'client request',
      'server response',
      'client request',
      'server response',
    ]);
    expect(pair.events).toMatchObject([
      {
        kind: 'response',
        call: 1,
        littleEndian: true,
        trace: { protocol: 'co', reached: 'bound', requests: 1, heard: { bind_ack: 1, response: 1 } },
      },
      { kind: 'response', call: 2, trace: { heard: { response: 1 } } },
    ]);
    expect(pair.events.map((event) => event.kind === 'response' && toHex(event.stub))).toEqual([
      toHex(HELLO),
      toHex(HELLO),
    ]);
  });

  test.each([1, 3, 16, 17, 1000])('arrives when the stream comes in pieces of %i bytes', (pieces) => {
    const stub = Uint8Array.from({ length: 20_000 }, (_, i) => i * 7);
    const pair = coPair({ pieces });
    pair.tell(call(1, stub));
    expect(pair.events).toMatchObject([{ kind: 'response' }]);
    expect(pair.events[0]?.kind === 'response' && toHex(pair.events[0].stub)).toBe(toHex(stub));
    expect(pair.client.size).toEqual({ calls: 0, held: 0 });
  });

  test('of 20 000 bytes goes in fragments of at most 5840 both ways', () => {
    const pair = coPair();
    pair.tell(call(1, new Uint8Array(20_000)));
    const data = pair.wire.map(({ pdu }) => pdu).filter((pdu) => pdu.type === 'request' || pdu.type === 'response');
    expect(data.map(({ type, header }) => `${type} ${header.flags & 3}`)).toEqual([
      ...['request 1', 'request 0', 'request 0', 'request 2'],
      ...['response 1', 'response 0', 'response 0', 'response 2'],
    ]);
    for (const pdu of data) expect(encodeCo(pdu).length).toBeLessThanOrEqual(5840);
    expect(data.map(({ allocHint }) => allocHint)).toEqual([
      20_000, 14_208, 8_416, 2_624, 20_000, 14_192, 8_384, 2_576,
    ]);
  });

  test('goes in the smaller fragments that the other end asks for', () => {
    const pair = coPair({ server: { settings: { maxFragment: 1432 } } });
    pair.tell(call(1, new Uint8Array(5_000)));
    expect(pair.events).toMatchObject([{ kind: 'response' }]);
    for (const { pdu } of pair.wire) expect(encodeCo(pdu).length).toBeLessThanOrEqual(1432);
  });

  test('carries its object, and none is a nil one', () => {
    const pair = coPair();
    const object = fromHex('000102030405060708090a0b0c0d0e0f');
    pair.tell(call(1, HELLO, { object }));
    pair.tell(call(2, HELLO));
    expect(pair.served.map((event) => event.kind === 'dispatch' && toHex(event.object))).toEqual([
      toHex(object),
      '0'.repeat(32),
    ]);
  });

  test('may be of a client in big-endian order', () => {
    const pair = coPair({ client: { drep: CO_BIG_ENDIAN } });
    pair.tell(call(1, new Uint8Array(10_000)));
    expect(pair.served).toMatchObject([{ kind: 'dispatch', littleEndian: false, stub: new Uint8Array(10_000) }]);
    expect(pair.events).toMatchObject([{ kind: 'response', littleEndian: true }]);
  });

  test('that wants no answer gets none', () => {
    const pair = coPair();
    pair.tell(call(1, HELLO, { maybe: true }));
    expect(pair.types()).toEqual(['client bind', 'server bind_ack', 'client request']);
    expect(pair.events).toMatchObject([{ kind: 'sent', call: 1 }]);
    expect(pair.served).toMatchObject([{ kind: 'dispatch', maybe: true }]);
  });

  test('ends with the fault or the reject of its manager', () => {
    const pair = coPair({ outcome: ({ opnum }) => ({ kind: opnum === 0 ? 'reject' : 'fault', status: 5 }) });
    pair.tell(call(1, HELLO, { opnum: 0 }));
    pair.tell(call(2, HELLO));
    expect(pair.events).toMatchObject([
      { kind: 'reject', call: 1, status: 5 },
      { kind: 'fault', call: 2, status: 5 },
    ]);
  });

  test('of an operation that is out of range is rejected, and the connection goes on', () => {
    const pair = coPair();
    pair.tell(call(1, HELLO, { opnum: 3 }));
    pair.tell(call(2, HELLO));
    expect(pair.events).toMatchObject([
      { kind: 'reject', status: ncaCode('nca_s_op_rng_error') },
      { kind: 'response' },
    ]);
  });

  test('longer than the server takes ends the connection', () => {
    const pair = coPair({ server: { settings: { maxMessage: 10_000 } } });
    pair.tell(call(1, new Uint8Array(10_001)));
    expect(pair.events).toMatchObject([{ kind: 'no-answer', heard: true }]);
    expect(pair.server.counters.violations).toBe(1);
  });

  test('whose answer is longer than the client takes is a violation', () => {
    const pair = coPair({ client: { settings: { maxMessage: 10_000 } } });
    pair.tell(call(1, new Uint8Array(10_001)));
    expect(pair.events).toMatchObject([{ kind: 'violation', reason: 'the response is longer than the limit' }]);
  });
});

describe('several calls', () => {
  test('overlap where both ends can, and answers come in any order', () => {
    const pair = coPair({ outcome: () => null });
    for (const number of [1, 2, 3]) pair.tell(call(number, Uint8Array.of(number)));
    expect(pair.served).toHaveLength(3);
    for (const number of [3, 1, 2]) pair.complete(number, { kind: 'response', stub: Uint8Array.of(number) });
    expect(pair.events.map(({ call: number }) => number)).toEqual([3, 1, 2]);
  });

  test('wait for each other without multiplexing', () => {
    const pair = coPair({ outcome: () => null, client: { settings: { multiplex: false } } });
    for (const number of [1, 2]) pair.tell(call(number, HELLO));
    expect(pair.served).toHaveLength(1);
    pair.complete(1, { kind: 'response', stub: HELLO });
    expect(pair.served).toHaveLength(2);
  });

  test('beyond the limit are rejected as too busy', () => {
    const pair = coPair({ outcome: () => null, server: { settings: { maxCalls: 2 } } });
    for (const number of [1, 2, 3]) pair.tell(call(number, HELLO));
    expect(pair.events).toMatchObject([{ kind: 'reject', call: 3, status: ncaCode('nca_s_server_too_busy') }]);
  });
});

describe('presentation contexts', () => {
  test('a second interface is agreed by alter_context, while calls go on', () => {
    const pair = coPair();
    pair.tell(call(1, HELLO));
    pair.tell(call(2, HELLO, { interfaceId: OTHER }));
    expect(pair.types().slice(4)).toEqual([
      'client alter_context',
      'server alter_context_resp',
      'client request',
      'server response',
    ]);
    expect(
      pair.served.map((event) => event.kind === 'dispatch' && uuidText(event.interfaceId.uuid).slice(0, 2)),
    ).toEqual(['0f', '1f']);
  });

  test('an interface that is not served is refused, every time, and others are not', () => {
    const unknown = { uuid: fromHex('ff'.repeat(16)), version: { major: 1, minor: 0 } };
    const pair = coPair();
    pair.tell(call(1, HELLO, { interfaceId: unknown }));
    pair.tell(call(2, HELLO, { interfaceId: unknown }));
    pair.tell(call(3, HELLO));
    expect(pair.events).toMatchObject([
      { kind: 'refused', call: 1, what: 'interface', reason: 1 },
      { kind: 'refused', call: 2, what: 'interface', reason: 1 },
      { kind: 'response', call: 3 },
    ]);
  });

  test.each([
    ['a higher minor version than is served', { major: 1, minor: 3 }],
    ['another major version', { major: 2, minor: 0 }],
  ])('%s is refused', (_what, version) => {
    const pair = coPair();
    pair.tell(call(1, HELLO, { interfaceId: { ...ECHO, version } }));
    expect(pair.events).toMatchObject([{ kind: 'refused', reason: 1 }]);
  });

  test('NDR64 is refused, NDR beside it is taken, and features are answered by the ones we have', () => {
    const pair = coPair();
    const ndr = { uuid: fromHex('045d888aeb1cc9119fe808002b104860'), version: { major: 2, minor: 0 } };
    const element = (id: number, ...transferSyntaxes: (typeof ndr)[]) => ({ id, interface: ECHO, transferSyntaxes });
    pair.inject(
      'server',
      encodeCo(bindOf([element(0, ndr), element(1, NDR64), element(2, featureSyntax(3)), element(3, NDR64, ndr)])),
    );
    expect(pair.wire.at(-1)?.pdu).toMatchObject({
      type: 'bind_ack',
      secondaryAddress: '49170',
      results: [
        { result: 0, reason: 0 },
        { result: 2, reason: 2 },
        { result: 3, reason: 2 },
        { result: 0, reason: 0 },
      ],
    });
  });
});

describe('association groups', () => {
  test('a second connection of the same host joins, and the last one to leave takes the handles along', () => {
    const rundowns: string[] = [];
    const to = newServer({ onRundown: (association) => rundowns.push(uuidText(association)) });
    const one = coPair({ to });
    one.tell(call(1, HELLO));
    const group = one.client.assocGroup;
    expect(group).not.toBe(0);
    const two = coPair({ to, client: { assocGroup: group } });
    two.tell(call(1, HELLO));
    expect(two.client.assocGroup).toBe(group);
    one.tell({ kind: 'ended' });
    expect(rundowns).toEqual([]);
    two.tell({ kind: 'ended' });
    expect(rundowns).toHaveLength(1);
    expect(to.size.associations).toBe(0);
  });

  test('a group that does not exist is refused', () => {
    const pair = coPair({ client: { assocGroup: 77 } });
    pair.tell(call(1, HELLO));
    expect(pair.events).toMatchObject([{ kind: 'refused', what: 'bind', reason: 0 }]);
  });
});

describe('a call is given up', () => {
  test('at once, with an orphaned PDU, and its late answer disturbs nobody', () => {
    const pair = coPair({ outcome: ({ call: number }) => (number === 1 ? null : { kind: 'response', stub: HELLO }) });
    pair.tell(call(1, HELLO));
    pair.tell({ kind: 'abandon', call: 1 });
    expect(pair.events).toMatchObject([{ kind: 'abandoned', call: 1 }]);
    expect(pair.served.at(-1)).toMatchObject({ kind: 'cancelled', answerable: false });
    pair.complete(1, { kind: 'response', stub: HELLO });
    pair.tell(call(2, HELLO));
    expect(pair.events.at(-1)).toMatchObject({ kind: 'response', call: 2 });
    expect(pair.types().filter((type) => type === 'server response')).toHaveLength(1);
  });

  test('before its bind is answered, without a word', () => {
    const pair = coPair({ gate: (bytes, from) => (from === 'server' ? null : bytes) });
    pair.tell(call(1, HELLO));
    pair.tell({ kind: 'abandon', call: 1 });
    expect(pair.types()).toEqual(['client bind', 'server bind_ack']);
    expect(pair.events).toMatchObject([{ kind: 'abandoned', trace: { reached: 'connected' } }]);
  });

  test('a cancel asks the manager, who still answers', () => {
    const pair = coPair({ outcome: () => null });
    pair.tell(call(1, HELLO));
    pair.tell({ kind: 'cancel', call: 1 });
    expect(pair.served.at(-1)).toMatchObject({ kind: 'cancelled', answerable: true });
    pair.complete(1, { kind: 'fault', status: ncaCode('nca_s_fault_cancel') });
    expect(pair.events).toMatchObject([{ kind: 'fault', status: ncaCode('nca_s_fault_cancel') }]);
  });

  test('a cancel that nobody answers ends the call after a while', () => {
    const pair = coPair({ outcome: () => null });
    pair.tell(call(1, HELLO));
    pair.tell({ kind: 'cancel', call: 1 });
    pair.advance(5_000);
    expect(pair.events).toMatchObject([{ kind: 'abandoned' }]);
    expect(pair.types().slice(-2)).toEqual(['client co_cancel', 'client orphaned']);
  });
});

describe('the end of a connection', () => {
  test('ends its calls, and later ones at once', () => {
    const pair = coPair({ outcome: () => null });
    pair.tell(call(1, HELLO));
    pair.tell({ kind: 'ended' });
    pair.tell(call(2, HELLO));
    expect(pair.events).toMatchObject([
      { kind: 'no-answer', call: 1, heard: true },
      { kind: 'no-answer', call: 2, heard: false },
    ]);
  });

  test('comes after a shutdown, when the calls that it has are done', () => {
    const pair = coPair({ outcome: () => null });
    pair.tell(call(1, HELLO));
    pair.inject(
      'client',
      encodeCo({ type: 'shutdown', header: { minorVersion: 0, flags: 3, drep: 0x10000000, callId: 0 } }),
    );
    expect(pair.closed.client).toBe(false);
    pair.complete(1, { kind: 'response', stub: HELLO });
    expect(pair.events).toMatchObject([{ kind: 'response' }]);
    expect(pair.closed.client).toBe(true);
  });

  test('comes when a bind is not answered in time', () => {
    const pair = coPair({ gate: (bytes, from) => (from === 'server' ? null : bytes) });
    pair.tell(call(1, HELLO));
    pair.advance(9_999);
    expect(pair.events).toEqual([]);
    pair.advance(1);
    expect(pair.events).toMatchObject([
      { kind: 'no-answer', heard: false, trace: { reached: 'connected', answeredFrom: null } },
    ]);
  });

  test('comes for a client that does not bind in time', () => {
    const pair = coPair();
    pair.advance(15_000);
    expect(pair.closed.server).toBe(true);
    expect(pair.server.counters.stalled).toBe(1);
  });

  test('comes for a client that sends its request byte by byte, however steadily', () => {
    const pair = coPair();
    pair.tell(call(1, HELLO));
    const request = encodeCo({
      ...requestOf(),
      header: { minorVersion: 0, flags: PFC.firstFrag, drep: 0x10000000, callId: 9 },
    });
    for (const byte of request.subarray(0, 29)) {
      pair.inject('server', Uint8Array.of(byte));
      pair.advance(1_000);
    }
    expect(pair.closed.server).toBe(false);
    pair.advance(1_000);
    expect(pair.closed.server).toBe(true);
    expect(pair.server.counters.stalled).toBe(1);
  });

  test('comes for a client that never sends the last fragment of its request', () => {
    const pair = coPair();
    pair.tell(call(1, HELLO));
    for (let i = 0; i < 30; i++) {
      const flags = i === 0 ? PFC.firstFrag : 0;
      pair.inject(
        'server',
        encodeCo({ ...requestOf(), header: { minorVersion: 0, flags, drep: 0x10000000, callId: 9 } }),
      );
      pair.advance(1_000);
    }
    expect(pair.closed.server).toBe(true);
  });
});

describe('a server that breaks the protocol is left:', () => {
  const answering = (change: (pdu: CoPdu) => CoPdu) =>
    coPair({ gate: (bytes, from) => (from === 'server' ? encodeCo(change(decodeCo(bytes))) : bytes) });

  test.each<[string, (pdu: CoPdu) => CoPdu]>([
    ['a response to a bind', (pdu) => (pdu.type === 'bind_ack' ? { ...responseOf(), header: pdu.header } : pdu)],
    ['a bind_ack with too few results', (pdu) => (pdu.type === 'bind_ack' ? { ...pdu, results: [] } : pdu)],
    [
      'a bind_ack of another call',
      (pdu) => (pdu.type === 'bind_ack' ? { ...pdu, header: { ...pdu.header, callId: 99 } } : pdu),
    ],
    ['fragments below the least size', (pdu) => (pdu.type === 'bind_ack' ? { ...pdu, maxRecvFrag: 1431 } : pdu)],
    [
      'an answer to a call that was never made',
      (pdu) => (pdu.type === 'response' ? { ...pdu, header: { ...pdu.header, callId: 99 } } : pdu),
    ],
    [
      'a response that begins in the middle',
      (pdu) => (pdu.type === 'response' ? { ...pdu, header: { ...pdu.header, flags: 2 } } : pdu),
    ],
    ['a second bind_ack', (pdu) => (pdu.type === 'response' ? { ...ackOf(), header: pdu.header } : pdu)],
  ])('%s', (_what, change) => {
    const pair = answering(change);
    pair.tell(call(1, HELLO));
    expect(pair.events).toMatchObject([{ kind: 'violation' }]);
    expect(pair.closed.client).toBe(true);
  });
});

const header = { minorVersion: 0, flags: 3, drep: 0x10000000, callId: 1 };

function bindOf(
  contexts: (CoPdu & { type: 'bind' })['contexts'] = [
    {
      id: 0,
      interface: ECHO,
      transferSyntaxes: [{ uuid: fromHex('045d888aeb1cc9119fe808002b104860'), version: { major: 2, minor: 0 } }],
    },
  ],
): CoPdu & { type: 'bind' } {
  return { type: 'bind', header, maxXmitFrag: 5840, maxRecvFrag: 5840, assocGroup: 0, contexts, auth: null };
}

function ackOf(): CoPdu & { type: 'bind_ack' } {
  return {
    type: 'bind_ack',
    header,
    maxXmitFrag: 5840,
    maxRecvFrag: 5840,
    assocGroup: 1,
    secondaryAddress: '1',
    results: [],
    auth: null,
  };
}

function responseOf(): CoPdu & { type: 'response' } {
  return { type: 'response', header, allocHint: 0, contextId: 0, cancelCount: 0, stub: new Uint8Array(8), auth: null };
}

function requestOf(): CoPdu & { type: 'request' } {
  return {
    type: 'request',
    header,
    allocHint: 0,
    contextId: 0,
    opnum: 1,
    object: null,
    stub: new Uint8Array(8),
    auth: null,
  };
}
