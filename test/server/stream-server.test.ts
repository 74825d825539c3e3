import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { decodeHeader } from '../../src/pdu/co/index.ts';
import { ContextHandles } from '../../src/server/context-handles.ts';
import { TransportError } from '../../src/status/errors.ts';
import type { StreamMessage } from '../../src/transport/connection.ts';
import { newUuid } from '../../src/transport/random.ts';
import type { StreamSocket } from '../../src/transport/streams.ts';
import { rejection } from '../emulator/kit.ts';
import { ECHO, STUB, streamServer } from './streams.ts';

const ECHOES = [({ stub }: { stub: Uint8Array }) => stub];

test('pieces of one byte make the same conversation', async () => {
  const { connect, time, server } = await streamServer(ECHOES, { simulated: { pieces: 1 } });
  const client = await connect();
  const stub = new Uint8Array(7_000).map((_, i) => i);
  expect((await time.run(() => client.call(ECHO, 0, stub))).stub).toEqual(stub);
  expect(server.tcpCounters.violations).toBe(0);
});

describe('a stream that is cut behind any of its bytes', () => {
  /** The bytes of a conversation of two calls, by who sent them. */
  async function conversation() {
    const chunks = { client: [] as Uint8Array[], server: [] as Uint8Array[] };
    const { connect, time, server } = await streamServer(ECHOES);
    const tap = (message: unknown) => {
      const { direction, local, chunk } = message as StreamMessage;
      if (direction === 'out') chunks[local.port === server.tcp?.port ? 'server' : 'client'].push(chunk.slice());
    };
    subscribe('clusrpc:stream', tap);
    const client = await connect();
    await time.run(() => client.call(ECHO, 0, STUB));
    await time.run(() => client.call(ECHO, 0, STUB));
    unsubscribe('clusrpc:stream', tap);
    return { client: Buffer.concat(chunks.client), server: Buffer.concat(chunks.server) };
  }

  test('leaves nothing behind at the server', async () => {
    const { client: bytes } = await conversation();
    const { raw, time, server, rundowns } = await streamServer(ECHOES);
    for (let length = 0; length <= bytes.length; length++) {
      const socket = await raw();
      socket.write(bytes.subarray(0, length));
      socket.end();
    }
    await time.advance(10);
    expect(bytes.length).toBeGreaterThan(150);
    expect(server.connections).toBe(0);
    expect(server.tcpCounters).toMatchObject({ connections: bytes.length + 1, violations: 0, stalled: 0 });
    // Those that came as far as a whole bind had an association group, and lost it.
    expect(rundowns).toHaveLength(bytes.length + 1 - decodeHeader(bytes).fragLength);
  });

  test('ends the calls of the client with an error', async () => {
    const { server: bytes } = await conversation();
    const { network, time, connect } = await streamServer(ECHOES);
    const place = { host: '192.0.2.10', port: 49_171 };
    let length = 0;
    await network.listen(place, (socket) => {
      socket.start({ onChunk: () => {}, onDrain: () => {}, onEnd: () => {} });
      socket.write(bytes.subarray(0, length));
      socket.end();
    });
    for (; length < bytes.length; length++) {
      const client = await connect({ to: place });
      const calls = time.run(() =>
        Promise.all([rejectionOrNull(client.call(ECHO, 0, STUB)), rejectionOrNull(client.call(ECHO, 0, STUB))]),
      );
      const failed = (await calls).filter((error) => error !== null);
      expect(failed.length).toBeGreaterThan(0);
      for (const error of failed) expect(error).toBeInstanceOf(TransportError);
    }
  });
});

test('what an association owned is gone with its last connection', async () => {
  const handles = new ContextHandles<string>(newUuid);
  const opened = [
    ({ addressSpace }: { addressSpace: Uint8Array | null }) => {
      handles.add(addressSpace, 'opened');
      return STUB;
    },
  ];
  const { connect, time, clock } = await streamServer(opened, { onRundown: (client) => handles.rundown(client) });
  const first = await connect();
  await time.run(() => first.call(ECHO, 0, STUB));
  const second = await connect({ assocGroup: first.assocGroup });
  await time.run(() => second.call(ECHO, 0, STUB));
  await first.close();
  await time.advance(1_000);
  expect(handles.size).toBe(2);
  await second.close();
  await time.advance(1_000);
  expect(handles.size).toBe(0);
  expect(clock.next()).toBeNull();
});

describe('a client that holds a connection and does nothing with it', () => {
  test('has 15 seconds for its bind', async () => {
    const { raw, time, server } = await streamServer(ECHOES);
    listenTo(await raw());
    await time.advance(14_900);
    expect(server.connections).toBe(1);
    await time.advance(5_000);
    expect(server.connections).toBe(0);
    expect(server.tcpCounters.stalled).toBe(1);
  });

  test('has 30 seconds for the rest of a PDU, however slowly it drips', async () => {
    const { connect, raw, time, server } = await streamServer(ECHOES, { tcpSettings: { bindTimeout: 1e9 } });
    const honest = await connect();
    await time.run(() => honest.call(ECHO, 0, STUB));
    const slow = await raw();
    listenTo(slow);
    for (let i = 0; i < 16; i++) {
      slow.write(Uint8Array.of(i === 0 ? 5 : 0));
      await time.advance(2_500);
      if (i === 10) expect(server.connections).toBe(2);
    }
    await time.advance(5_000);
    expect(server.connections).toBe(1);
    await time.run(() => honest.call(ECHO, 0, STUB));
  });

  test('gives way to a new one when there are too many', async () => {
    const { raw, connect, time, server } = await streamServer(ECHOES, { maxConnections: 8 });
    const honest = await connect();
    await time.run(() => honest.call(ECHO, 0, STUB));
    for (let i = 0; i < 100; i++) listenTo(await raw());
    const late = await connect();
    expect((await time.run(() => late.call(ECHO, 0, STUB))).stub).toEqual(STUB);
    expect((await time.run(() => honest.call(ECHO, 0, STUB))).stub).toEqual(STUB);
    expect(server.connections).toBeLessThanOrEqual(8);
  });

  test('keeps a new one out where all others have bound', async () => {
    const { connect, time } = await streamServer(ECHOES, { maxConnections: 2 });
    for (let i = 0; i < 2; i++) {
      const client = await connect();
      await time.run(() => client.call(ECHO, 0, STUB));
    }
    const late = await connect();
    expect(await time.run(() => rejection(late.call(ECHO, 0, STUB)))).toBeInstanceOf(TransportError);
  });
});

test('a client that reads no answers is not read from, and then ended', async () => {
  const served: number[] = [];
  const { connect, time, server, network } = await streamServer([
    ({ opnum }) => {
      served.push(opnum);
      return new Uint8Array(30_000);
    },
  ]);
  const sockets: StreamSocket[] = [];
  const greedy = await connect({
    network: {
      clock: network.clock,
      listen: () => Promise.reject(new Error('not here')),
      connect: async (...of) => {
        const socket = await network.connect(...of);
        sockets.push(socket);
        return socket;
      },
    },
  });
  await time.run(() => greedy.call(ECHO, 0, STUB));
  sockets[0]?.pause();
  const calls = Array.from({ length: 60 }, () => rejectionOrNull(greedy.call(ECHO, 0, STUB)));
  await time.advance(20_000);
  expect(served.length).toBeLessThan(10);
  await time.advance(20_000);
  expect(server.connections).toBe(0);
  sockets[0]?.resume();
  const ends = await time.run(() => Promise.all(calls));
  expect(ends.filter((error) => error instanceof TransportError).length).toBeGreaterThan(50);
});

test('nobody listens: a bind that is not answered is silence after 10 seconds', async () => {
  const { network, time, connect } = await streamServer(ECHOES);
  const mute = { host: '192.0.2.10', port: 49_171 };
  await network.listen(mute, listenTo);
  const client = await connect({ to: mute });
  const error = await time.run(() => rejection(client.call(ECHO, 0, STUB)));
  expect(error).toMatchObject({ code: 'RPC_S_SERVER_UNAVAILABLE' });
  expect(error.message).toContain('did not answer the bind');
});

test('a host that lets no connection through is given up after the time for it', async () => {
  const { connect } = await streamServer(ECHOES, { simulated: { fate: () => 'silence' } });
  expect(await rejection(connect({ timeout: 4_000 }))).toMatchObject({
    code: 'ERR_CLUSRPC_TIMEOUT',
    syscall: 'connect',
  });
});

function listenTo(socket: StreamSocket): void {
  socket.start({ onChunk: () => {}, onDrain: () => {}, onEnd: () => socket.destroy() });
}

function rejectionOrNull(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
