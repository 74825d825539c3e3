import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { explainSchema } from '../../src/report/schema/index.ts';
import { cli } from './in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-explain-soak-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A run on real sockets, quick since ports come back after a fraction of a second, and what its capture tells. */
async function soaked(profile: string, kind: string) {
  const file = join(directory, `${profile}-${kind}.pcapng`);
  const load = [
    '--cycles',
    '40',
    '--every',
    '40ms',
    '--recycle-after',
    '150ms',
    '--failure-rate',
    '0.25',
    '--seed',
    '3',
  ];
  const soak = ['soak', 'emulated', '--time', 'real', '--client-profile', profile, '--failure-kind', kind, ...load];
  await cli([...soak, '--ports', '5400-5459', '--json', '--pcap', file]);
  // More than the run's own: the program notes a close a little after the packet that says so.
  const explained = await cli(['explain', '--json', '--recycle-after', '400ms', file]);
  const document = explainSchema.parse(JSON.parse(explained.stdout));
  return { code: explained.code, document, host: document.hosts[0], ids: document.findings.map(({ id }) => id) };
}

test('a capture of soak on Service Pack 3 shows the leak', async () => {
  const { code, host, ids } = await soaked('windows-2000-sp3', 'reject');
  expect(host).toMatchObject({ opens: 40, reused: { afterFailure: 0 }, verdict: 'leak' });
  expect(ids).toContain('ports-leak');
  expect(code).toBe(EXIT.notFine);
});

test('one of Service Pack 4 shows the failures and no leak', async () => {
  const { host, ids } = await soaked('windows-2000-sp4', 'reject');
  expect(host).toMatchObject({ opens: 40, abandoned: expect.any(Number), verdict: 'none' });
  expect(host?.abandoned).toBeLessThan(2);
  expect(ids).toContain('call-rejected');
  expect(ids).not.toContain('ports-leak');
});

test('one with blocked callbacks says so', async () => {
  const { code, ids } = await soaked('windows-2000-sp3', 'callback');
  expect(ids).toContain('callback-unanswered');
  expect(code).toBe(EXIT.notFine);
});
