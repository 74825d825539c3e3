import { expect, test } from 'vitest';
import { memoryAccess } from '../../src/bytes/random-access.ts';
import { readPeVersion } from '../../src/pe/version.ts';
import { buildPe } from '../pe/build-pe.ts';
import { mutate, outcome, seeded } from './damage.ts';

const COUNT = 100_000;

test(`${COUNT} damaged PE files end in a version or in an error that names an offset`, () => {
  const random = seeded(814_622);
  const originals = [false, true].map((plus) =>
    buildPe({ version: [5, 0, 2195, 6662], plus, strings: { FileVersion: '5.00.2195.6662', CompanyName: 'A' } }),
  );
  const hot = [0x3c, 0x84, 0x86, 0x94, 0x98, 0xd4, 0xf4, 0x108, 0x10c, 0x118];
  for (let at = 0x170; at < 0x1b0; at += 4) hot.push(at);
  for (let at = 0x400; at < 0x4c0; at += 2) hot.push(at);
  const seen = { value: 0, error: 0 };
  for (let i = 0; i < COUNT; i++) {
    const bytes = mutate(originals[i % 2] as Buffer, random, hot);
    seen[outcome(() => readPeVersion(memoryAccess(bytes)))] += 1;
  }
  expect(seen.value).toBeGreaterThan(1000);
  expect(seen.error).toBeGreaterThan(1000);
}, 180_000);
