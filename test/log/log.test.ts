import { channel } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import { CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { pduLine } from '../../src/log/pdu-line.ts';
import { createLogger, type Logger, logTo } from '../../src/log.ts';
import { encodeCl, type Request } from '../../src/pdu/cl/index.ts';
import { RpcClient, RpcServer } from '../../src/rpc.ts';
import { Sink } from '../cli/in-process.ts';

const LOCAL = { host: '127.0.0.1', port: 5000 };
const REMOTE = { host: '::1', port: 1038 };
const SECRET = new TextEncoder().encode('Pa55word');

const REQUEST: Request = {
  type: 'request',
  header: {
    flags1: 0x28,
    flags2: 0,
    drep: 0x100000,
    object: new Uint8Array(16),
    interfaceId: CLUSAPI_V2.uuid,
    activity: uuid('3f2a91c0-0000-4000-8000-000000000001'),
    serverBoot: 0,
    interfaceMajor: 2,
    interfaceMinor: 0,
    sequence: 7,
    opnum: 0,
    interfaceHint: 0xffff,
    activityHint: 0xffff,
    fragment: 0,
    authProtocol: 0,
    serial: 2,
  },
  stub: SECRET,
  trailer: new Uint8Array(0),
};

/** Remembers what it was told, a word for the level in front. */
function recorder(levels: readonly string[] = ['debug', 'verbose', 'info', 'warn', 'error']) {
  const lines: string[] = [];
  const methods = levels.map((level) => [level, (line: string) => lines.push(`${level}: ${line}`)] as const);
  return { lines, logger: Object.fromEntries(methods) as unknown as Logger };
}

describe('a PDU is one line', () => {
  const message = { time: 0, local: LOCAL, remote: REMOTE };

  test('with type, operation, activity, numbers, flags, way and length', () => {
    expect(pduLine({ ...message, direction: 'out', datagram: encodeCl(REQUEST) })).toBe(
      'request clusapi ApiOpenCluster act=3f2a91c0 seq=7 frag=0 ser=2 [nofack idempotent] 127.0.0.1:5000 → [::1]:1038 88 bytes',
    );
  });

  test('the other way round when it comes in', () => {
    const line = pduLine({ ...message, direction: 'in', datagram: encodeCl(REQUEST) });
    expect(line).toContain('[::1]:1038 → 127.0.0.1:5000');
  });

  test('with the UUID of an interface without a name', () => {
    const header = {
      ...REQUEST.header,
      interfaceId: uuid('2c9a7c1e-6f0b-4f6e-9b0a-3d5f1b8e7a60'),
      opnum: 9,
      flags1: 0,
    };
    const line = pduLine({ ...message, direction: 'out', datagram: encodeCl({ ...REQUEST, header }) });
    expect(line).toMatch(/^request 2c9a7c1e-6f0b-4f6e-9b0a-3d5f1b8e7a60 operation 9 act=/);
    expect(line).not.toContain('[nofack');
  });

  test('without what it carries', () => {
    const line = pduLine({ ...message, direction: 'out', datagram: encodeCl(REQUEST) });
    expect(line).not.toContain('Pa55word');
  });

  test('also when it is none', () => {
    for (let length = 0; length < 88; length++) {
      const line = pduLine({ ...message, direction: 'in', datagram: encodeCl(REQUEST).subarray(0, length) });
      expect(line).toMatch(/^not a PDU \(too short: .*\) \[::1\]:1038 → 127\.0\.0\.1:5000 \d+ bytes$/);
    }
  });
});

test('the library is silent until someone subscribes, and again afterwards', () => {
  const names = ['clusrpc:open', 'clusrpc:call', 'clusrpc:pdu', 'clusrpc:port'];
  const listening = () => names.filter((name) => channel(name).hasSubscribers);
  expect(listening()).toEqual([]);
  const stop = logTo(recorder().logger);
  expect(listening()).toEqual(names);
  stop();
  expect(listening()).toEqual([]);
});

describe('a call over the wire', () => {
  const echo = { uuid: uuid('2c9a7c1e-6f0b-4f6e-9b0a-3d5f1b8e7a60'), version: { major: 1, minor: 0 } };

  async function callBoth(logger: Logger): Promise<void> {
    const stop = logTo(logger);
    const server = await RpcServer.open();
    server.serve({ ...echo, operations: [({ stub }) => stub] });
    const client = await RpcClient.open({ to: server.local });
    await client.call(echo, 0, SECRET, { name: 'Echo' });
    await expect(client.call(echo, 5, SECRET)).rejects.toThrow();
    await client.close();
    await server.close();
    stop();
  }

  test('is told at verbose, its PDUs at debug, and a failure at info', async () => {
    const { lines, logger } = recorder();
    await callBoth(logger);
    const calls = lines.filter((line) => line.includes(': call '));
    expect(calls[0]).toMatch(
      /^verbose: call unknown interface Echo 0\.0\.0\.0:\d+ → 127\.0\.0\.1:\d+: response in [\d.]+ ms$/,
    );
    expect(calls[1]).toMatch(
      /^info: call unknown interface operation 5 .*: reject nca_s_op_rng_error \(0x1C010002\): .* in [\d.]+ ms$/,
    );
    expect(lines.filter((line) => line.startsWith('debug: request '))).not.toEqual([]);
    expect(lines.join('\n')).not.toContain('Pa55word');
  });

  test('works with a logger that has no verbose, as console has not', async () => {
    const { lines, logger } = recorder(['debug', 'info', 'warn', 'error']);
    await callBoth(logger);
    expect(lines.some((line) => line.startsWith('debug: call '))).toBe(true);
  });

  test('costs no PDU line when winston is above debug', async () => {
    const stream = new Sink();
    await callBoth(createLogger({ level: 'verbose', stream }));
    expect(stream.text).toMatch(/^verbose: call .*\ninfo: call .*\n$/);
  });
});

test('opens and ports have their lines', () => {
  const { lines, logger } = recorder();
  const stop = logTo(logger);
  const open = { time: 0, ms: 123.4, name: 'CLUSTER1', backend: 'wire' };
  channel('clusrpc:open').publish({ ...open, outcome: 'ok', stage: undefined });
  channel('clusrpc:open').publish({ ...open, outcome: 'ERR_CLUSRPC_TIMEOUT', stage: 'callback-path' });
  channel('clusrpc:port').publish({
    time: 0,
    machine: 'CLIENT1',
    process: 'app',
    port: 5003,
    from: 'in-use',
    to: 'leaked',
  });
  stop();
  expect(lines).toEqual([
    'info: open CLUSTER1 over wire: ok in 123 ms',
    'info: open CLUSTER1 over wire: ERR_CLUSRPC_TIMEOUT at callback-path in 123 ms',
    'verbose: port 5003 of app on CLIENT1: in-use → leaked',
  ]);
});
