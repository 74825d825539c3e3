import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type RegistryOptions, registryKey, registryKeys, registryValues } from '../../../src/windows/registry.ts';

const run = promisify(execFile);
const KEY = `HKEY_CURRENT_USER\\Software\\clusrpc-test-${process.pid}`;

before(async () => {
  await reg('add', KEY, '/f');
});
after(async () => {
  await reg('delete', KEY, '/f');
});

const WRITTEN = [
  { type: 'REG_SZ', number: 1, data: 'plain text', value: 'plain text' },
  { type: 'REG_SZ', number: 1, data: '', value: '' },
  { type: 'REG_SZ', number: 1, data: 'Grüße, кластер, 集群', value: 'Grüße, кластер, 集群' },
  { type: 'REG_EXPAND_SZ', number: 2, data: '%SystemRoot%\\x', value: '%SystemRoot%\\x' },
  { type: 'REG_MULTI_SZ', number: 7, data: '5000-5099\\06000', value: ['5000-5099', '6000'] },
  { type: 'REG_MULTI_SZ', number: 7, data: '', value: [] },
  { type: 'REG_DWORD', number: 4, data: '4294967295', value: 0xffff_ffff },
  { type: 'REG_DWORD', number: 4, data: '0', value: 0 },
] as const;

for (const [index, { type, number, data, value }] of WRITTEN.entries()) {
  test(`a ${type} that reg.exe wrote as "${data}" is read back`, async () => {
    const name = `written ${index}`;
    await reg('add', KEY, '/v', name, '/t', type, ...(data === '' ? [] : ['/d', data]), '/f');
    const read = await registryValue(KEY, name);
    assert.equal(read.type, number);
    assert.deepEqual(read.value, value);
    const exported = await exportedBytes(name);
    if (exported !== undefined) assert.equal(Buffer.from(read.data).toString('hex'), exported);
  });
}

test('a REG_BINARY is its bytes, and equal to what reg export says', async () => {
  await reg('add', KEY, '/v', 'bytes', '/t', 'REG_BINARY', '/d', '00ff10e2', '/f');
  const read = await registryValue(KEY, 'bytes');
  assert.equal(Buffer.from(read.data).toString('hex'), '00ff10e2');
  assert.equal(await exportedBytes('bytes'), '00ff10e2');
  assert.deepEqual(Buffer.from(read.value as Uint8Array), Buffer.from(read.data));
});

test('values that reg.exe cannot write: odd sizes, embedded NUL, 100 000 characters, REG_QWORD, other types', async () => {
  const set = rawWriter();
  const long = 'ä'.repeat(100_000);
  set('long', 1, Buffer.from(`${long}\0`, 'utf16le'));
  set('embedded', 1, Buffer.from('a\0b\0', 'utf16le'));
  set('unterminated', 1, Buffer.from('abc', 'utf16le'));
  set('odd', 1, Buffer.from([0x61, 0, 0x62]));
  set('nothing', 1, Buffer.alloc(0));
  set('quad', 11, Buffer.from('ffffffffffffff7f', 'hex'));
  set('big-endian', 5, Buffer.from('00000102', 'hex'));
  set('short dword', 4, Buffer.from('0102', 'hex'));
  set('unknown', 4711, Buffer.from('beef', 'hex'));
  set('gap', 7, Buffer.from('a\0\0b\0\0', 'utf16le'));
  const value = async (name: string) => (await registryValue(KEY, name)).value;
  assert.equal(await value('long'), long);
  assert.equal(await value('embedded'), 'a\0b');
  assert.equal(await value('unterminated'), 'abc');
  assert.equal(await value('odd'), 'a');
  assert.equal(await value('nothing'), '');
  assert.equal(await value('quad'), 0x7fff_ffff_ffff_ffffn);
  assert.equal(await value('big-endian'), 258);
  assert.equal(Buffer.from((await value('short dword')) as Uint8Array).toString('hex'), '0102');
  assert.equal((await registryValue(KEY, 'unknown')).type, 4711);
  assert.deepEqual(await value('gap'), ['a', '', 'b']);
  const all = await registryValues(KEY);
  assert.equal(all.find(({ name }) => name === 'long')?.value, long);
  assert.equal(Buffer.from(all.find(({ name }) => name === 'odd')?.data ?? []).toString('hex'), '610062');
});

test('sub-keys are listed, and the default value has the empty name', async () => {
  await reg('add', `${KEY}\\one`, '/ve', '/d', 'default', '/f');
  await reg('add', `${KEY}\\Zwei 二`, '/f');
  assert.deepEqual((await registryKeys(KEY)).toSorted(), ['Zwei 二', 'one']);
  assert.equal((await registryValue(`${KEY}\\one`, '')).value, 'default');
  assert.equal((await registryKey(`${KEY}\\one`))?.values[0]?.name, '');
});

test('a missing key rejects with 2, or is undefined where absence is asked for', async () => {
  await assert.rejects(registryValues(`${KEY}\\missing`), { code: 'ERROR_FILE_NOT_FOUND', syscall: 'RegOpenKeyExW' });
  assert.equal(await registryKey(`${KEY}\\missing`), undefined);
});

test('a key whose access list denies everything rejects with 5', async () => {
  await reg('add', `${KEY}\\denied`, '/f');
  const allow = denyEverything(`Software\\clusrpc-test-${process.pid}\\denied`);
  try {
    await assert.rejects(registryValues(`${KEY}\\denied`), { code: 'ERROR_ACCESS_DENIED', errno: 5 });
  } finally {
    allow();
  }
});

test('the 32-bit and the 64-bit view are two registries', async () => {
  const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\clusrpc-view-test';
  await reg('add', key, '/v', 'where', '/d', '64', '/f', '/reg:64');
  await reg('add', key, '/v', 'where', '/d', '32', '/f', '/reg:32');
  try {
    assert.equal((await registryValue(key, 'where', { view: '64' })).value, '64');
    assert.equal((await registryValue(key, 'where', { view: '32' })).value, '32');
  } finally {
    await reg('delete', key, '/f', '/reg:64');
    await reg('delete', key, '/f', '/reg:32');
  }
});

test('a machine that is not there rejects with the error of RegConnectRegistryW', async () => {
  await assert.rejects(
    registryValues('HKEY_LOCAL_MACHINE\\SOFTWARE', { machine: 'no-such-machine.invalid' }),
    (error: Error & { syscall?: string; errno?: number }) =>
      error.syscall === 'RegConnectRegistryW' && typeof error.errno === 'number',
  );
});

async function registryValue(key: string, name: string, options: RegistryOptions = {}) {
  const value = (await registryValues(key, options)).find((each) => each.name === name);
  assert.ok(value, `${key} has no value ${name}`);
  return value;
}

function reg(...args: readonly string[]) {
  return run('reg.exe', args);
}

/** The hexadecimal digits of `"name"=hex(n):..` in what reg export writes; undefined for text and numbers, which it writes as such. */
async function exportedBytes(name: string): Promise<string | undefined> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'export-')), 'key.reg');
  await reg('export', KEY, file, '/y');
  const text = readFileSync(file, 'utf16le').replaceAll(/\\\r\n\s*/g, '');
  return new RegExp(`^"${name}"=hex(?:\\(\\w+\\))?:(.*)$`, 'm').exec(text)?.[1]?.trim().replaceAll(',', '');
}

interface Advapi {
  func(declaration: string): (...values: unknown[]) => number;
}

function advapi(): Advapi {
  const koffi = createRequire(import.meta.url)('koffi') as { load(file: string): Advapi };
  return koffi.load('advapi32.dll');
}

const CURRENT_USER = 0x8000_0001n - (1n << 32n);

/** Writes values through RegSetValueExW, which takes bytes that no program would write. */
function rawWriter(): (name: string, type: number, data: Buffer) => void {
  const setKeyValue = advapi().func(
    'int32_t __stdcall RegSetKeyValueW(intptr_t, const char16_t *, const char16_t *, uint32_t, const void *, uint32_t)',
  );
  return (name, type, data) => {
    const error = setKeyValue(CURRENT_USER, `Software\\clusrpc-test-${process.pid}`, name, type, data, data.length);
    assert.equal(error, 0);
  };
}

/** Gives a key an empty access list, which denies everybody everything, and answers what gives it back. */
function denyEverything(key: string): () => void {
  const library = advapi();
  const open = library.func(
    'int32_t __stdcall RegOpenKeyExW(intptr_t, const char16_t *, uint32_t, uint32_t, _Out_ intptr_t *)',
  );
  const secure = library.func('int32_t __stdcall RegSetKeySecurity(intptr_t, uint32_t, const void *)');
  const close = library.func('int32_t __stdcall RegCloseKey(intptr_t)');
  const opened = [0];
  assert.equal(open(CURRENT_USER, key, 0, 0x000f_003f, opened), 0);
  const DACL = 4;
  assert.equal(secure(opened[0], DACL, securityDescriptor(true)), 0);
  return () => {
    secure(opened[0], DACL, securityDescriptor(false));
    close(opened[0]);
  };
}

/** A self-relative security descriptor with an empty access list, or without any ([MS-DTYP] 2.4.6). */
function securityDescriptor(deny: boolean): Buffer {
  const acl = Buffer.from('0200080000000000', 'hex');
  const head = Buffer.alloc(20);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(0x8004, 2);
  head.writeUInt32LE(deny ? 20 : 0, 16);
  return deny ? Buffer.concat([head, acl]) : head;
}
