import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Win32Error } from '../../../src/status/win32-error.ts';
import { readPorts } from '../../../src/watch/watch.ts';
import { doctorFacts } from '../../../src/windows/doctor.ts';
import { liveFileVersion } from '../../../src/windows/file-version.ts';
import { livePortLimits, livePorts } from '../../../src/windows/port-table.ts';

const SYSTEM32 = path.join(process.env.SystemRoot ?? 'C:\\windows', 'system32');

test('the version of every DLL is written down for a comparison with an independent reader', async () => {
  const names = readdirSync(SYSTEM32).filter((name) => name.toLowerCase().endsWith('.dll'));
  const versions: Record<string, unknown> = {};
  for (const name of names) {
    const file = path.join(SYSTEM32, name);
    versions[name] = await liveFileVersion(file).then(
      ({ fileVersion, productVersion, size }) => ({ fileVersion, productVersion, size }),
      (error: unknown) => (error instanceof Win32Error ? error.errno : String(error)),
    );
  }
  assert.ok(names.length > 400, `${names.length} DLLs`);
  writeFileSync(process.env.CLUSTEST_VERSIONS as string, JSON.stringify(versions));
});

test('no version resource and no file are two different errors', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'versions-'));
  const text = path.join(directory, 'text.dll');
  writeFileSync(text, 'not a PE file');
  await assert.rejects(liveFileVersion(path.join(directory, 'missing.dll')), {
    code: 'ERROR_FILE_NOT_FOUND',
    errno: 2,
  });
  await assert.rejects(liveFileVersion(path.join(directory, 'no', 'such.dll')), { errno: 3 });
  await assert.rejects(liveFileVersion(text), (error: unknown) => {
    return error instanceof Win32Error && error.syscall === 'GetFileVersionInfoSizeW' && error.errno !== 2;
  });
});

test('size and time of a file are those of the file system, whatever its path is made of', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'версии-'));
  const file = path.join(directory, 'копия rpcrt4.dll');
  copyFileSync(path.join(SYSTEM32, 'rpcrt4.dll'), file);
  const version = await liveFileVersion(file);
  assert.deepEqual(version.fileVersion, (await liveFileVersion(path.join(SYSTEM32, 'rpcrt4.dll'))).fileVersion);
  assert.equal(version.size, statSync(file).size);
  assert.ok(Math.abs(version.modifiedMs - statSync(file).mtimeMs) < 1);
});

test('a UDP socket is in the table with its pid and gone after close', async () => {
  const sockets = [createSocket('udp4'), createSocket('udp6')];
  sockets[0]?.bind(0, '127.0.0.1');
  sockets[1]?.bind(0, '::1');
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const ports = sockets.map((socket) => socket.address().port);
  const mine = async () => (await livePorts()).filter(({ pid }) => pid === process.pid);
  const rows = await mine();
  assert.deepEqual(
    ports.map((port) => rows.find((row) => row.port === port && row.protocol === 'udp')?.address),
    ['127.0.0.1', '::1'],
  );
  assert.deepEqual(new Set((await readPorts(process.pid)).udp), new Set(ports));
  await Promise.all(sockets.map(closed));
  assert.deepEqual(
    (await mine()).filter(({ protocol }) => protocol === 'udp'),
    [],
  );
  assert.deepEqual((await readPorts(process.pid)).udp, []);
});

test('a listening TCP socket is in the table with its state', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const row = (await livePorts()).find((entry) => entry.protocol === 'tcp' && entry.port === port);
  server.close();
  // The pid is left out: Wine 8 says 0 there.
  assert.deepEqual([row?.address, row?.family, row?.state], ['127.0.0.1', 4, 2]);
});

test('watching a process that does not exist says so', async () => {
  await assert.rejects(readPorts(3_999_996), { code: 'ERR_CLUSRPC_INVALID_INPUT' });
});

test('where netsh does not answer, the dynamic range fails with an error and not with a guess', async () => {
  // The netsh of Wine prints nothing.
  await assert.rejects(livePortLimits(), { syscall: 'netsh' });
});

test('doctor finds the addon, the cluster client and both FFI packages', async () => {
  const facts = await doctorFacts();
  const byName = Object.fromEntries(facts.backends.map(({ name, available }) => [name, available]));
  assert.deepEqual(byName, {
    native: true,
    'clusapi.dll': true,
    'ffi (ffi-napi)': true,
    'ffi (koffi)': true,
    wire: true,
    emulated: true,
  });
  assert.equal(typeof facts.rights[0]?.available, 'boolean');
});

async function closed(socket: Socket): Promise<void> {
  socket.close();
  await once(socket, 'close');
}
