import { afterEach, describe, expect, test, vi } from 'vitest';
import { readPorts, watchPorts } from '../../src/watch/watch.ts';
import { livePorts } from '../../src/windows/port-table.ts';

vi.mock('../../src/windows/port-table.ts', () => ({ livePorts: vi.fn() }));

const PLATFORM = process.platform;
const on = (platform: NodeJS.Platform): void => void Object.defineProperty(process, 'platform', { value: platform });
const windowsHolds = (...ports: readonly { readonly pid: number; readonly port: number }[]): void =>
  void vi
    .mocked(livePorts)
    .mockResolvedValueOnce(
      ports.map(({ pid, port }) => ({ protocol: 'udp', family: 4, state: 0, address: '0.0.0.0', port, pid }) as const),
    );

afterEach(() => {
  on(PLATFORM);
  vi.restoreAllMocks();
});

describe('on Windows', () => {
  test('the port tables tell the ports of all processes, of which those of one are taken', async () => {
    on('win32');
    windowsHolds(
      { pid: process.pid, port: 5001 },
      { pid: process.pid + 1, port: 5002 },
      { pid: process.pid, port: 5000 },
    );
    expect(await readPorts(process.pid)).toMatchObject({ udp: [5000, 5001], tcp: [] });
  });

  test('a process that is not there is said, though the tables know no process without a port', async () => {
    on('win32');
    await expect(readPorts(2 ** 30)).rejects.toMatchObject({
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      message: `there is no process ${2 ** 30}`,
      cause: expect.objectContaining({ code: 'ESRCH' }),
    });
  });

  test('one that belongs to somebody else is watched all the same', async () => {
    on('win32');
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    windowsHolds({ pid: 4, port: 137 });
    expect((await readPorts(4)).udp).toEqual([137]);
  });
});

test('elsewhere it says what to do instead', async () => {
  on('darwin');
  await expect(readPorts(process.pid)).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    message: 'watch cannot read the ports of a process on darwin',
    advice: expect.stringMatching(/needs Windows or Linux/),
  });
});

test.each([0, -1, 1.5, 2 ** 32, Number.NaN])('%d is no process id', async (pid) => {
  await expect(readPorts(pid)).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_MISUSE',
    message: `${pid} is no process id`,
  });
});

test.each([1, 2 ** 32 - 1])('%d is one', async (pid) => {
  on('win32');
  vi.spyOn(process, 'kill').mockReturnValue(true);
  windowsHolds({ pid, port: 5000 });
  expect((await readPorts(pid)).udp).toEqual([5000]);
});

test('what goes wrong while a process is watched is not taken for its end', async () => {
  on('win32');
  windowsHolds({ pid: process.pid, port: 5000 });
  vi.mocked(livePorts).mockRejectedValueOnce(new Error('the tables are away'));
  const watched = watchPorts(process.pid, { every: 1 });
  expect((await watched.next()).value?.udp).toEqual([5000]);
  await expect(watched.next()).rejects.toThrow('the tables are away');
});
