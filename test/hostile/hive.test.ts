import { expect, test } from 'vitest';
import { buildHive, buildLog, dword, multi, sealBaseBlock, sz, tree } from '../hive/build-hive.ts';
import { open, readAll } from '../hive/read-all.ts';
import { mutate, outcome, seeded } from './damage.ts';

const COUNT = 100_000;

test(`${COUNT} damaged hives end in facts or in an error that names an offset`, () => {
  const random = seeded(814_622);
  const small = tree({
    Select: [dword('Current', 1), sz('', 'default')],
    'ControlSet001\\Control\\Windows': [dword('CSDVersion', 0x300)],
    'ControlSet001\\Control\\Session Manager': [multi('PendingFileRenameOperations', ['a', '', 'b', '!c'])],
  });
  const originals = [
    buildHive(small),
    buildHive({ ...small, list: 'ri', leaf: 1 }, { minor: 5 }),
    buildHive(
      { ...small, list: 'lh', values: [{ name: 'big', type: 3, data: Buffer.alloc(17_000, 1) }] },
      { minor: 5 },
    ),
  ];
  const log = buildLog(originals[0] as Buffer, originals[0] as Buffer, 1);
  const hot = originals.map((bytes) => hotWords(bytes));
  const seen = { value: 0, error: 0 };
  for (let i = 0; i < COUNT; i++) {
    const which = i % 10 === 9 ? 2 : i % 2;
    const bytes = mutate(originals[which] as Buffer, random, hot[which] as readonly number[]);
    if (i % 7 === 0 && bytes.length > 512) bytes.writeUInt32LE(9, 4);
    if (i % 3 > 0 && bytes.length > 512) sealBaseBlock(bytes);
    seen[
      outcome(() => readAll(open(bytes, i % 5 === 0 ? { LOG: mutate(log, random, [0x28, 0x2c, 512, 516]) } : {})))
    ] += 1;
  }
  expect(seen.value).toBeGreaterThan(10_000);
  expect(seen.error).toBeGreaterThan(1000);
}, 180_000);

/** Header fields and every word of a cell that is not zero. */
function hotWords(bytes: Buffer): readonly number[] {
  const hot = [0x14, 0x18, 0x1c, 0x24, 0x28, 0x2c];
  for (let at = 4096; at + 4 <= Math.min(bytes.length, 4096 + 2048); at += 4)
    if (bytes.readUInt32LE(at) !== 0) hot.push(at);
  return hot;
}
