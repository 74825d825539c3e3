import { expect, test } from 'vitest';
import { DCE, dceCode, dceStatus, eptToWin32, UNMAPPED_EPT } from '../../src/status/dce.ts';
import { ClusError, FaultError, isClusError, RejectError } from '../../src/status/errors.ts';
import { NCA, ncaCode, ncaStatus, ncaToWin32, UNMAPPED_NCA } from '../../src/status/nca.ts';
import { statusText } from '../../src/status/text.ts';
import { WIN32, win32Code, win32Status } from '../../src/status/win32.ts';
import { faultError, rejectError, Win32Error } from '../../src/status/win32-error.ts';

test('no number and no symbol stands twice in a table, and every entry has a sentence', () => {
  for (const table of [WIN32, NCA, DCE]) {
    expect(new Set(table.map(({ code }) => code)).size).toBe(table.length);
    expect(new Set(table.map(({ symbol }) => symbol)).size).toBe(table.length);
    for (const { sentence } of table) expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test('every Win32 number that a wire status maps to has a name', () => {
  for (const { win32 } of [...NCA, ...DCE])
    if (win32 !== null) expect(win32Status(win32).symbol).not.toMatch(/^WIN32_/);
});

test('a symbol leads to its number', () => {
  expect(win32Code('RPC_S_OUT_OF_RESOURCES')).toBe(0x6b9);
  expect(ncaCode('nca_s_unk_if')).toBe(0x1c010003);
  expect(dceCode('ept_s_not_registered')).toBe(0x16c9a0d6);
});

test('an unknown number keeps its value and says that it is unknown', () => {
  expect(win32Status(0x722)).toEqual({
    code: 1826,
    symbol: 'WIN32_1826',
    sentence: '0x00000722 (1826, unknown status)',
  });
  expect(statusText(0x722)).toBe('0x00000722 (1826, unknown status)');
  expect(statusText(-1)).toBe('0xFFFFFFFF (4294967295, unknown status)');
});

test('a status of any table has one line of text', () => {
  expect(statusText(1753)).toMatch(/^EPT_S_NOT_REGISTERED \(1753\): /);
  expect(statusText(0x1c00000b)).toMatch(/^nca_s_who_are_you_failed \(0x1C00000B\): /);
  expect(statusText(0x16c9a0d6)).toMatch(/^ept_s_not_registered \(0x16C9A0D6\): /);
});

test('nca statuses become the Win32 numbers of [MS-RPCE] 3.1.1.5.5', () => {
  const pairs = [
    [0x1c010003, 'RPC_S_UNKNOWN_IF'],
    [0x1c010002, 'RPC_S_PROCNUM_OUT_OF_RANGE'],
    [0x1c010014, 'RPC_S_SERVER_TOO_BUSY'],
    [0x1c00000a, 'RPC_S_CALL_FAILED_DNE'],
    [0x1c00001a, 'ERROR_INVALID_HANDLE'],
    [0x1c000014, 'RPC_X_PIPE_EMPTY'],
    [0x1c00001d, 'RPC_S_UNSUPPORTED_AUTHN_LEVEL'],
  ] as const;
  for (const [nca, symbol] of pairs) expect(win32Status(ncaToWin32(nca)).symbol).toBe(symbol);
});

test('a Win32 number in a fault body goes through as it is', () => {
  for (const status of [5, 0x6d3, 0x6f7, 0x6d8, 0x1c0100ff, 0xffffffff]) expect(ncaToWin32(status)).toBe(status);
});

test('an nca status without a Win32 number becomes the default, or what the caller chose', () => {
  expect(ncaStatus(0x1c010006)?.win32).toBeNull();
  expect(ncaToWin32(0x1c010006)).toBe(UNMAPPED_NCA);
  expect(ncaToWin32(0x1c010006, 1727)).toBe(1727);
});

test('endpoint-mapper statuses become those of the Windows client', () => {
  expect(eptToWin32(0)).toBe(0);
  expect(eptToWin32(0x16c9a0d6)).toBe(1753);
  expect(eptToWin32(0x16c9a0cd)).toBe(1752);
  expect(eptToWin32(0x6d8)).toBe(1752);
  expect(dceStatus(0x16c9a0ce)?.win32).toBeNull();
  expect(eptToWin32(0x16c9a0ce)).toBe(UNMAPPED_EPT);
});

test('a Win32Error has the shape of a SystemError', () => {
  const error = new Win32Error(5, 'OpenCluster', { stage: 'open-cluster' });
  expect(error).toMatchObject({
    name: 'Win32Error',
    code: 'ERROR_ACCESS_DENIED',
    errno: 5,
    syscall: 'OpenCluster',
    stage: 'open-cluster',
    message: 'OpenCluster: ERROR_ACCESS_DENIED (5): Access is denied.',
  });
  expect(error).toBeInstanceOf(ClusError);
  expect(isClusError(error)).toBe(true);
});

test('a Win32Error of an unknown number is named by the number', () => {
  expect(new Win32Error(4711)).toMatchObject({
    code: 'WIN32_4711',
    errno: 4711,
    syscall: undefined,
    message: '0x00001267 (4711, unknown status)',
  });
});

test('a signed number from native code is the unsigned one', () => {
  expect(new Win32Error(-2147023175)).toMatchObject({ errno: 0x800706b9, code: 'WIN32_2147944121' });
});

test('a fault keeps the number of the wire and carries the Win32 one', () => {
  const error = faultError(0x1c010002, 'ApiOpenCluster');
  expect(error).toBeInstanceOf(FaultError);
  expect(error).toMatchObject({
    name: 'FaultError',
    status: 0x1c010002,
    code: 'RPC_S_PROCNUM_OUT_OF_RANGE',
    errno: 1745,
    syscall: 'ApiOpenCluster',
  });
  expect(error.message).toContain('nca_s_op_rng_error (0x1C010002)');
});

test('a reject keeps the number of the wire and carries the Win32 one', () => {
  const cause = new Error('why');
  const error = rejectError(5, undefined, { cause });
  expect(error).toBeInstanceOf(RejectError);
  expect(error).toMatchObject({ status: 5, code: 'ERROR_ACCESS_DENIED', errno: 5, syscall: undefined, cause });
});
