import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { rows } from '../../src/watch/proc.ts';
import { readPorts, watchPorts } from '../../src/watch/watch.ts';

const HOLDER = `
const { createSocket } = require('node:dgram');
const { createServer } = require('node:net');
const udp = createSocket('udp4').bind(0, '127.0.0.1', () => {
  const udp6 = createSocket({ type: 'udp6' }).bind(0, '::1', () => {
    const tcp = createServer().listen(0, '127.0.0.1', () => {
      process.send([udp.address().port, udp6.address().port, tcp.address().port]);
    });
  });
});`;

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('the ports of another process are those it says it has', async () => {
    const child = spawn(process.execPath, ['-e', HOLDER], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      const [[udp, udp6, tcp]] = (await once(child, 'message')) as [number[]];
      const sample = await readPorts(child.pid as number);
      expect(sample.udp).toEqual([udp, udp6].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
      expect(sample.tcp).toEqual([tcp]);
    } finally {
      child.kill();
    }
  });

  test('watching ends when the process does', async () => {
    const child = spawn(process.execPath, ['-e', HOLDER], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await once(child, 'message');
    let samples = 0;
    for await (const sample of watchPorts(child.pid as number, { every: 5 })) {
      samples++;
      if (samples === 3) child.kill();
      if (samples < 3) expect(sample.udp.length).toBe(2);
    }
    expect(samples).toBeGreaterThanOrEqual(3);
  });

  test('watching ends without an error when the signal aborts', async () => {
    const controller = new AbortController();
    for await (const _ of watchPorts(process.pid, { every: 60_000, signal: controller.signal })) controller.abort();
  });

  test('a socket is gone from the next sample after its close', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    expect((await readPorts(process.pid)).udp).toContain(port);
    socket.close();
    await once(socket, 'close');
    expect((await readPorts(process.pid)).udp).not.toContain(port);
  });

  test('a process that is not there, is said plainly', async () => {
    await expect(readPorts(2 ** 30)).rejects.toMatchObject({
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      message: `there is no process ${2 ** 30}`,
    });
    await expect(readPorts(0)).rejects.toMatchObject({ code: 'ERR_CLUSRPC_MISUSE' });
  });
});

test('lines of /proc/net that are no rows are passed over', () => {
  expect(rows('head\n\n  garbage\n  12: 0100007F:1388 00000000:0000 07 0:0 0:0 0 0 0 4242 2\n')).toEqual([
    { port: 5000, inode: '4242' },
  ]);
});
