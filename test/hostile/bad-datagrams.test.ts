import { expect, test } from 'vitest';
import { fuzzHost } from './fuzz-host.ts';
import { fuzzMachines } from './fuzz-machines.ts';

test('100 000 bad datagrams throw nothing, fill no memory and leave a server that answers', async () => {
  const { answered, remembered, growth } = await fuzzMachines(100_000, 1);
  expect(answered).toBe(true);
  expect(remembered).toBeLessThan(60_000);
  expect(growth).toBeLessThan(64 << 20);
});

test('100 000 bad datagrams at an emulated host leave its mapper and its Cluster service answering', async () => {
  const { opened, growth } = await fuzzHost(100_000, 2);
  expect(opened).toBe(true);
  expect(growth).toBeLessThan(64 << 20);
});
