/** A program that opens so many clusters as it is told, and holds them. */
import { attachToMachine } from '../../src/emulator/attached-machine.ts';

const { process: program, data, say, signal } = await attachToMachine();
const { opens, fail } = data as { opens: number; fail: number };
const limits = { timeout: 10_000 };
for (let i = 0; i < fail; i++) await program.open('CLUSTER1', limits, { fail: 'reject' }).catch(() => {});
for (let i = 0; i < opens; i++) {
  await program.open('CLUSTER1', limits, { fail: null }).catch((error: Error) => say({ error: error.message }));
}
await say({ bound: program.boundPorts });
signal.addEventListener('abort', () => process.exit(3));
