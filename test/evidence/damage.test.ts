import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { diagnoseInstallation } from '../../src/diagnosis/installation.ts';
import { mergeEvidence } from '../../src/evidence/evidence.ts';
import { fromBytes } from '../../src/evidence/offline-sources.ts';
import { isClusError } from '../../src/status/errors.ts';
import { cli } from '../cli/in-process.ts';
import { softwareHive, systemHive } from './made-drive.ts';

const PENDING = ['\\??\\C:\\WINNT\\system32\\SET1.tmp', '!\\??\\C:\\WINNT\\system32\\rpcrt4.dll'];

const caseFile = (name: string): string => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));

test.each([
  ['sp4-csdversion-data-lost.hive', 'CSDVersion', /^offset 0x[0-9a-f]+: /],
  ['sp3-hotfix-key-lost.hive', 'registered hotfixes', /no key node/],
])('%s: what is lost is not known, with its place, and exit 3', async (name, what, reason) => {
  const { code, stdout } = await cli(['audit', '--hive', caseFile(name), '--json']);
  expect(code).toBe(3);
  const report = JSON.parse(stdout);
  expect(report.kb814622).toMatchObject({ verdict: 'unknown', exposure: 'limited-ports' });
  expect(report.gaps).toContainEqual(expect.objectContaining({ what, reason: expect.stringMatching(reason) }));
});

test('a later bulletin that is registered brings files of unknown versions: the verdict is open, not partly', async () => {
  const { code, stdout } = await cli(['audit', '--reg', caseFile('sp3-with-kb823980.reg'), '--json']);
  expect(code).toBe(3);
  expect(JSON.parse(stdout).kb814622.verdict).toBe('unknown');
});

test('an export with an empty Linkage\\Bind: RPC fails at all, so that nothing is said of limited ports', async () => {
  const { code, stdout } = await cli(['audit', '--reg', caseFile('empty-linkage-bind.reg'), '--json']);
  expect(code).toBe(3);
  const { exposure, because } = JSON.parse(stdout).kb814622;
  expect(exposure).toBe('unknown');
  expect(because.join()).toMatch(/Linkage\\Bind names no network card, .*\(export .*empty-linkage-bind\.reg/);
});

/** What a source says of the two questions; null: it is refused. */
function judged(name: string, bytes: Uint8Array): { verdict: string; exposure: string } | null {
  try {
    const evidence = mergeEvidence(name, [fromBytes(name, bytes)]);
    const { verdict, exposure } = diagnoseInstallation(evidence);
    return { verdict, exposure };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return null;
  }
}

/** Where something is written over, every definite answer that is not that of the whole hive. */
function flips(bytes: Buffer, damage: (bytes: Buffer, at: number) => void): string[] {
  const whole = judged('whole', bytes);
  const found: string[] = [];
  for (let at = 0x1000; at + 8 <= bytes.length; at += 4) {
    if (bytes.readUInt32LE(at) === 0) continue;
    const damaged = Buffer.from(bytes);
    damage(damaged, at);
    if (damaged.equals(bytes)) continue;
    const now = judged('damaged', damaged);
    if (now === null) continue;
    const holds = (answer: 'verdict' | 'exposure') => now[answer] === 'unknown' || now[answer] === whole?.[answer];
    if (!holds('verdict') || !holds('exposure')) found.push(`0x${at.toString(16)}: ${now.verdict}, ${now.exposure}`);
  }
  return found;
}

describe('no damaged place turns the answer of a hive into another definite one:', () => {
  const hives = {
    'Service Pack 4 with limited ports': softwareHive({ servicePack: 4, ports: ['5000-5019'] }),
    'Service Pack 3 with the hotfix': softwareHive({ servicePack: 3, hotfix: 'Q814622', ports: ['5000-5019'] }),
    'Service Pack 3 with dynamic ports': softwareHive({ servicePack: 3 }),
    'SYSTEM of Service Pack 4': systemHive({ servicePack: 4 }),
    'SYSTEM of Service Pack 3 with a file that waits': systemHive({ servicePack: 3, pending: PENDING }),
    'a hive whose service pack is lost already': readFileSync(caseFile('sp4-csdversion-data-lost.hive')),
    'a hive whose hotfixes are lost already': readFileSync(caseFile('sp3-hotfix-key-lost.hive')),
  };

  test.each(Object.entries(hives))('%s', (_, bytes) => {
    expect(judged('whole', bytes)).not.toBeNull();
    expect(flips(bytes, (damaged, at) => damaged.fill(0xff, at, at + 8))).toEqual([]);
    expect(flips(bytes, (damaged, at) => damaged.fill(0, at, at + 4))).toEqual([]);
  });
});
