import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { memoryAccess } from '../../src/bytes/random-access.ts';
import { diagnoseInstallation } from '../../src/diagnosis/installation.ts';
import { mergeEvidence } from '../../src/evidence/evidence.ts';
import { hiveView } from '../../src/evidence/hive-view.ts';
import { registryFacts } from '../../src/evidence/registry-facts.ts';
import { isClusError } from '../../src/status/errors.ts';
import { cli } from '../cli/in-process.ts';

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

/** What the hive says with `length` bytes from `at` on overwritten; null: it is refused. */
function judged(bytes: Uint8Array, at = 0, length = 0): { verdict: string; exposure: string } | null {
  const damaged = bytes.slice();
  damaged.fill(0xff, at, at + length);
  try {
    const evidence = mergeEvidence('damaged', [registryFacts(hiveView('damaged', memoryAccess(damaged)))]);
    const { verdict, exposure } = diagnoseInstallation(evidence);
    return { verdict, exposure };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return null;
  }
}

test('no single cell that is lost turns the answer of a hive into another definite one', () => {
  // This one is whole where the two questions are decided: Service Pack 3, the hotfix lost, RPC limited.
  const bytes = readFileSync(caseFile('sp4-csdversion-data-lost.hive'));
  const whole = judged(bytes);
  expect(whole).toEqual({ verdict: 'unknown', exposure: 'limited-ports' });
  const flips: string[] = [];
  for (let at = 0x1020; at < bytes.length; at += 8) {
    const now = judged(bytes, at, 8);
    if (now === null) continue;
    const verdictHolds = now.verdict === 'unknown' || now.verdict === whole?.verdict;
    const exposureHolds = now.exposure === 'unknown' || now.exposure === whole?.exposure;
    if (!verdictHolds || !exposureHolds) flips.push(`0x${at.toString(16)}: ${now.verdict}, ${now.exposure}`);
  }
  expect(flips).toEqual([]);
});
