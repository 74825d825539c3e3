import { fuzzHost } from '../test/hostile/fuzz-host.ts';
import { fuzzMachines } from '../test/hostile/fuzz-machines.ts';

/** A million bad datagrams, or as many as the first argument says, with the seed of the second. */
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
if (!Number.isSafeInteger(count) || count < 2 || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: npm run fuzz -- [count] [seed], whole numbers\n');
  process.exit(2);
}
const machines = await fuzzMachines(count >> 1, seed);
const host = await fuzzHost(count >> 1, seed);
process.stdout.write(`${JSON.stringify({ count, seed, machines, host })}\n`);
process.exit(machines.answered && host.opened ? 0 : 1);
