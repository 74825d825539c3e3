import { describe, expect, test } from 'vitest';
import { AUTH_LEVELS, type AuthLevel } from '../../../src/auth/datagram/level.ts';
import { toHex } from '../../../src/bytes/hex.ts';
import { CO_BIG_ENDIAN } from '../../../src/pdu/co/index.ts';
import { call, coPair, OTHER } from './pair.ts';
import { toyClient, toyServer } from './toy-security.ts';

const STUB = Uint8Array.from({ length: 12_344 }, (_, i) => i * 3);

function secured(level: AuthLevel, messages: 3 | 4 = 3, more: Parameters<typeof coPair>[0] = {}) {
  const { client, ...rest } = more;
  return coPair({
    client: { security: toyClient(level, messages), ...client },
    server: { acceptSecurity: () => toyServer(messages) },
    ...rest,
  });
}

describe.each(AUTH_LEVELS)('at level %s', (level) => {
  test('three messages end in an auth3, and calls go', () => {
    const pair = secured(level);
    pair.tell(call(1, STUB));
    pair.tell(call(2, STUB));
    expect(pair.types().slice(0, 4)).toEqual(['client bind', 'server bind_ack', 'client auth3', 'client request']);
    expect(pair.events.map((event) => event.kind === 'response' && toHex(event.stub) === toHex(STUB))).toEqual([
      true,
      true,
    ]);
    expect(pair.served).toMatchObject([{ security: { type: 10, user: 'LAB\\ops' } }, {}]);
  });

  test('four messages end in an alter_context_resp', () => {
    const pair = secured(level, 4);
    pair.tell(call(1, STUB));
    expect(pair.types().slice(0, 5)).toEqual([
      'client bind',
      'server bind_ack',
      'client alter_context',
      'server alter_context_resp',
      'client request',
    ]);
    expect(pair.events).toMatchObject([{ kind: 'response' }]);
  });

  test('a second interface is agreed afterwards, and the stream may come in any pieces, in any byte order', () => {
    const pair = secured(level, 3, { pieces: 17, client: { drep: CO_BIG_ENDIAN } });
    pair.tell(call(1, STUB));
    pair.tell(call(2, STUB, { interfaceId: OTHER }));
    expect(pair.events).toMatchObject([{ kind: 'response' }, { kind: 'response' }]);
  });

  test('arguments of every length around the padding arrive as they were', () => {
    const pair = secured(level);
    for (let length = 0; length < 35; length++) pair.tell(call(length + 1, STUB.subarray(0, length)));
    const answers = pair.events.map((event) => (event.kind === 'response' ? toHex(event.stub) : event.kind));
    const padded = level === 'integrity' || level === 'privacy';
    // A verification trailer begins at a multiple of 4: what is ahead of it belongs to the stub for all that a server knows.
    const lengthOf = (length: number) => (padded ? Math.ceil(length / 4) * 4 : length);
    expect(answers).toEqual(
      Array.from({ length: 35 }, (_, length) => toHex(STUB.subarray(0, length)).padEnd(2 * lengthOf(length), '0')),
    );
  });
});

test('a wrong password lets no call in', () => {
  const pair = coPair({
    client: { security: toyClient('privacy', 3, 'wrong') },
    server: { acceptSecurity: () => toyServer(3) },
  });
  pair.tell(call(1, STUB.subarray(0, 8)));
  expect(pair.served).toEqual([]);
  expect(pair.events).toMatchObject([{ kind: 'reject', status: 5 }]);
  expect(pair.closed.server).toBe(true);
});

test('a wrong password in an alter_context is refused by a fault', () => {
  const pair = coPair({
    client: { security: toyClient('privacy', 4, 'wrong') },
    server: { acceptSecurity: () => toyServer(4) },
  });
  pair.tell(call(1, STUB));
  expect(pair.events).toMatchObject([{ kind: 'reject', status: 5 }]);
});

test('a provider that the server does not have is refused by a bind_nak', () => {
  const pair = coPair({ client: { security: toyClient('privacy', 3) } });
  pair.tell(call(1, STUB));
  expect(pair.events).toMatchObject([{ kind: 'refused', what: 'bind', reason: 8 }]);
});

test('a server that does not answer the token is a violation', () => {
  const pair = coPair({
    client: { security: toyClient('privacy', 3) },
    server: { acceptSecurity: () => Object.assign(toyServer(3), { step: () => ({ token: null, done: false }) }) },
  });
  pair.tell(call(1, STUB));
  expect(pair.events).toMatchObject([{ kind: 'violation' }]);
});

describe('a PDU that was changed on its way', () => {
  test.each<[string, number]>([
    ['in its stub', 40],
    ['in its operation number', 22],
    ['in its flags', 3],
  ])('%s reaches no manager', (_what, at) => {
    const pair = secured('integrity', 3, {
      gate: (bytes, from) => {
        if (from === 'client' && bytes[2] === 0) bytes[at] = (bytes[at] as number) ^ 1;
        return bytes;
      },
    });
    pair.tell(call(1, STUB.subarray(0, 100)));
    expect(pair.served).toEqual([]);
    expect(pair.events).toMatchObject([{ kind: 'reject', status: 5 }]);
    expect(pair.server.counters.unauthenticated).toBe(1);
  });

  test('is a violation where it is a response', () => {
    const pair = secured('privacy', 3, {
      gate: (bytes, from) => {
        if (from === 'server' && bytes[2] === 2) bytes[30] = (bytes[30] as number) ^ 1;
        return bytes;
      },
    });
    pair.tell(call(1, STUB));
    expect(pair.events).toMatchObject([{ kind: 'violation', reason: 'the signature of a response is wrong' }]);
  });
});

test('nothing of the arguments is to be seen at level privacy', () => {
  const pair = secured('privacy');
  const seen: string[] = [];
  pair.tell(call(1, new TextEncoder().encode('top secret, top secret')));
  for (const { pdu } of pair.wire) if (pdu.type === 'request') seen.push(Buffer.from(pdu.stub).toString('latin1'));
  expect(seen).toHaveLength(1);
  expect(seen.join()).not.toContain('secret');
});
