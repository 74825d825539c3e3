import { expect, test } from 'vitest';
import { memoryAccess } from '../../src/bytes/random-access.ts';
import { regFileView } from '../../src/evidence/reg-file-view.ts';
import { registryFacts } from '../../src/evidence/registry-facts.ts';
import { dwordValue, multiStringValue, stringValue } from '../../src/reg/value.ts';
import { writeReg } from '../../src/reg/write.ts';
import { mutate, outcome, seeded } from './damage.ts';

const COUNT = 100_000;

test(`${COUNT} damaged exports end in facts or in an error that names a line or an offset`, () => {
  const random = seeded(814_622);
  const original = writeReg([
    {
      path: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Rpc\\Internet',
      values: [multiStringValue('Ports', ['5000-5099']), stringValue('UseInternetPorts', 'Y')],
    },
    {
      path: 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Windows',
      values: [dwordValue('CSDVersion', 0x300)],
    },
  ]);
  const hot = Array.from({ length: original.length / 2 - 4 }, (_, i) => i * 2);
  const seen = { value: 0, error: 0 };
  for (let i = 0; i < COUNT; i++) {
    const bytes = mutate(original, random, hot);
    // Asking a file for everything takes ten times as long as reading it.
    const ask = i % 10 === 0 ? registryFacts : () => undefined;
    seen[outcome(() => ask(regFileView('damaged.reg', memoryAccess(bytes))))] += 1;
  }
  expect(seen.value).toBeGreaterThan(10_000);
  expect(seen.error).toBeGreaterThan(100);
}, 180_000);
