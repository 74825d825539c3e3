import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ntHash } from '../../src/auth/ntlm/one-way.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { toUtf16 } from '../../src/bytes/utf16.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { account } from '../auth/ntlm/kit.ts';

const CHILD = fileURLToPath(new URL('secrets-child.ts', import.meta.url));
const PASSWORDS = { right: 'Quorum.Disk-7788', wrong: 'Quorum.Tape-9966' };

test('a failed and a successful probe leave neither password nor hash in logs, reports, captures, errors and the heap', async () => {
  const host = await EmulatedHost.start({ users: [account('ops', PASSWORDS.right)], requireAuth: true });
  const directory = mkdtempSync(join(tmpdir(), 'clusrpc-secrets-'));
  try {
    for (const [name, password] of Object.entries(PASSWORDS)) writeFileSync(join(directory, name), password);
    await promisify(execFile)(process.execPath, ['--import', 'tsx', CHILD, `${host.addresses.epmUdp}`, directory]);
    expect(host.logons.map(({ refusal }) => refusal)).toEqual(['wrong-password', 'wrong-password', null, null]);
    const left = readdirSync(directory).filter((name) => !Object.hasOwn(PASSWORDS, name));
    expect(left).toHaveLength(11);
    for (const name of left) {
      const content = readFileSync(join(directory, name));
      const found = needles().filter((needle) => content.includes(needle));
      expect({ name, found }).toEqual({ name, found: [] });
      expect(content.length).toBeGreaterThan(100);
    }
  } finally {
    rmSync(directory, { recursive: true });
    await host.close();
  }
}, 60_000);

/** Every form that a password and its hash could be left in. */
function needles(): (string | Buffer)[] {
  return Object.values(PASSWORDS).flatMap((password) => {
    const [wide, hash] = [Buffer.from(toUtf16(password)), Buffer.from(ntHash(toUtf16(password)))];
    const hex = [wide, hash].map((bytes) => toHex(bytes));
    const base64 = [Buffer.from(password), wide, hash].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
    return [password, password.toUpperCase(), wide, hash, ...hex, ...hex.map((text) => text.toUpperCase()), ...base64];
  });
}
