/** A program that opens and closes a cluster again and again, now and then in vain, until it is told to end. */
import { setTimeout } from 'node:timers/promises';
import { attachToMachine } from '../../src/emulator/attached-machine.ts';

const { process: program, say, signal } = await attachToMachine();
signal.addEventListener('abort', () => process.exit(3));
for (let cycle = 0; ; cycle++) {
  const fail = cycle % 9 === 8 ? 'reject' : null;
  const session = await program.open('CLUSTER1', { timeout: 10_000 }, { fail }).catch(() => null);
  if (cycle === 0) await say({ bound: program.boundPorts });
  await setTimeout(40);
  await session?.close();
}
