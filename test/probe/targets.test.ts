import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probe } from '../../src/probe/probe.ts';
import { parseTargets } from '../../src/probe/targets.ts';
import { withDirectory } from '../peers/wireshark.ts';
import { startHost } from './rows.ts';

test('targets come from a file too, and CLUSRPC_HOSTS says where they are', async () => {
  const { host, mapperPort, close } = await startHost();
  process.env.CLUSRPC_HOSTS = `FILECLUSTER=${host}:${mapperPort}`;
  try {
    const document = await withTargets('# ours\r\n\r\nfilecluster # the one\n', (targetsFile) =>
      probe([], { targetsFile }),
    );
    expect(document.results).toMatchObject([{ target: 'filecluster', stoppedAt: null }]);
    expect(document.results[0]?.stages[0]?.detail).toContain('CLUSRPC_HOSTS');
  } finally {
    delete process.env.CLUSRPC_HOSTS;
    await close();
  }
});

test.each([
  ['host one\n', /line 1: "host one" holds a space/],
  ['ok\n\nnode:135\n', /line 3: "node:135" holds a port/],
  ['ok\n-x\n', /line 2: "-x" is not a host name/],
  ['# nothing\n', /names no target/],
])('a targets file %j is refused with file and line', (text, message) => {
  expect(() => parseTargets(text, 'list.txt')).toThrow(message);
  expect(() => parseTargets(text, 'list.txt')).toThrow(/list\.txt/);
});

test('a targets file that Windows wrote as UTF-16 is read', async () => {
  const bytes = Buffer.from('\ufeff127.0.0.1\r\n', 'utf16le');
  const { results } = await withTargets(bytes, (targetsFile) =>
    probe([], { targetsFile, endpoint: 9, stageTimeout: 200 }),
  );
  expect(results.map(({ target }) => target)).toEqual(['127.0.0.1']);
});

test('a targets file that is missing or endless is wrong input', async () => {
  const wrong = { code: 'ERR_CLUSRPC_INVALID_INPUT' };
  await expect(probe([], { targetsFile: 'no-such-file' })).rejects.toMatchObject(wrong);
  await expect(probe([], { targetsFile: '/dev/zero' })).rejects.toMatchObject(wrong);
});

test.each([
  [{ transport: 'native', localPorts: '5000-5099' }, /localPorts needs transport udp/],
  [{ transport: 'ffi', endpoint: 5000 }, /endpoint needs transport udp/],
  [{ transport: 'ipx' as 'udp' }, /none of auto, udp/],
  [{ local: true, transport: 'udp' as const }, /only clusapi\.dll knows the cluster of this node/],
  [{ local: true }, /other targets are named too/],
  [{ eachPort: true }, /localPorts/],
  [{ localPorts: '5010-5000' }, /backwards/],
  [{ source: 'here' }, /source/],
  [{ source: '::1', family: 4 }, /IPv4/],
  [{ endpoint: 70_000 }, /endpoint/],
  [{ endpointMapperPort: 0 }, /endpointMapperPort/],
  [{ timeout: 0 }, /timeout/],
  [{ stageTimeout: Number.NaN }, /stageTimeout/],
  [{ concurrency: 0 }, /concurrency/],
  [{ cycles: 1.5 }, /cycles/],
] as const)('options %j are refused with a sentence that names them', async (options, message) => {
  await expect(probe('127.0.0.1', options)).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_INVALID_OPTION',
    message: expect.stringMatching(message),
  });
});

test.each(['', 'two hosts', 'host:135', '-h'])('%j is no target', async (target) => {
  await expect(probe(target)).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
});

function withTargets<T>(content: string | Uint8Array, use: (file: string) => Promise<T>): Promise<T> {
  // Read before the promise is waited for, so the directory may go at once.
  return withDirectory((directory) => {
    const file = join(directory, 'targets.txt');
    writeFileSync(file, content);
    return use(file);
  });
}
