import { fuzzConnections } from '../test/hostile/fuzz-connections.ts';
import { fuzzHost } from '../test/hostile/fuzz-host.ts';
import { fuzzMachines } from '../test/hostile/fuzz-machines.ts';
import { fuzzSecured, type SecuredFuzzResult } from '../test/hostile/fuzz-secured.ts';

/**
 * A million bad datagrams, or as many as the first argument says, with the seed of the second; as many bad PDUs of connections; and a
 * tenth as many secured exchanges with one bit changed.
 */
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
if (!Number.isSafeInteger(count) || count < 40 || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: npm run fuzz -- [count, at least 40] [seed], whole numbers\n');
  process.exit(2);
}
const machines = await fuzzMachines(count >> 1, seed);
const host = await fuzzHost(count >> 1, seed);
const connections = fuzzConnections(count, seed);
const secured: SecuredFuzzResult[] = [];
for (const level of ['integrity', 'privacy'] as const)
  for (const padding of ['outside', 'protected'] as const)
    secured.push(await fuzzSecured(Math.ceil(count / 40), seed, { level, padding, flags: false }));
const intact = secured.every(({ cut, altered, repeated, told }) => cut + altered + repeated + told === 0);
process.stdout.write(`${JSON.stringify({ count, seed, machines, host, connections, secured })}\n`);
process.exit(machines.answered && host.opened && connections.answered && intact ? 0 : 1);
