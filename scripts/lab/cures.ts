/** The cures under 64 users, 100 000 calls, 10 % failing opens and crashes: prints what was lost, executed twice or left, and fails if anything was. */
import { EmulatedHost } from '../../src/emulator/host.ts';
import { poolLoad } from '../../test/cure/pool-load.ts';

const calls = Number(process.argv[2] ?? 100_000);
await using host = await EmulatedHost.start({ faults: { reject: 0.03 }, seed: 7 });
const load = { users: 64, calls, crashEvery: 2_000, killEvery: 5_000, seed: 7 } as const;
for (const name of ['echo', 'openAndClose'] as const) {
  const result = await poolLoad({ ...load, function: name }, host);
  const { ms, ...counts } = result;
  process.stdout.write(
    `ProcessPool, ${name}: ${JSON.stringify({ ...counts, callsPerSecond: Math.round((calls * 1_000) / ms) })}\n`,
  );
  const { answered, executedTwice, resolvedUnexecuted, refusedExecuted, pidsLeft } = result;
  if (answered !== calls || executedTwice + resolvedUnexecuted + refusedExecuted + pidsLeft.length > 0)
    process.exitCode = 1;
}
