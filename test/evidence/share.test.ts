import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fromShare } from '../../src/evidence/share.ts';
import { cli } from '../cli/in-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-fake-share-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** An smbclient whose server says that every file has 1000 bytes. */
function fakeClient(get: string): string {
  const path = join(directory, 'smbclient');
  const script = `#!/bin/sh
echo "$@" >> ${directory}/arguments
case "$3" in
  ls*) echo "system32" ;;
  allinfo*) echo "size: 1000" ;;
  get*) target=\${3##*" \\""}; target="\${target%\\"}"; ${get} ;;
esac
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

test('a file that is longer than its server says is given up, and nothing of it stays', async () => {
  const smbclient = fakeClient('exec dd if=/dev/zero of="$target" bs=1M 2>/dev/null');
  const own = join(directory, 'temporary');
  mkdirSync(own);
  await withTmpdir(own, async () => {
    await expect(fromShare('//host/ADMIN$', { smbclient })).rejects.toThrow(
      /system32\\ole32\.dll has more than the 67108864 bytes that are read/,
    );
  });
  expect(readdirSync(own)).toEqual([]);
});

test('an account with a %, behind which smbclient takes a password, is refused before anything is started', async () => {
  rmSync(join(directory, 'arguments'), { force: true });
  const smbclient = fakeClient('true');
  const refused = fromShare('//host/ADMIN$', { smbclient, user: 'HOST\\me%secret', password: 'secret' });
  await expect(refused).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
  await expect(refused).rejects.not.toThrow(/secret/);
  expect(existsSync(join(directory, 'arguments'))).toBe(false);
  const words = ['audit', '--share', '//host/ADMIN$', '--user', 'me%secret'];
  const { code, stderr } = await cli(words, { env: { CLUSRPC_PASSWORD: 'secret' } });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.not.stringContaining('secret') });
});

test('a TMPDIR that is not there is wrong input', async () => {
  await withTmpdir(join(directory, 'nowhere'), async () => {
    expect(await cli(['audit', '--share', '//host/ADMIN$'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nowhere: no such file or directory\nLet TMPDIR name/),
    });
  });
});

async function withTmpdir(path: string, use: () => Promise<void>): Promise<void> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = path;
  try {
    await use();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
