import { expect, test } from 'vitest';
import { fuzzMachines } from './fuzz-machines.ts';

test('100 000 bad datagrams throw nothing, fill no memory and leave a server that answers', async () => {
  const { answered, remembered, growth } = await fuzzMachines(100_000, 1);
  expect(answered).toBe(true);
  expect(remembered).toBeLessThan(60_000);
  expect(growth).toBeLessThan(64 << 20);
});
