import { type End, mixedRun } from '../test/machine/cl/mixed-run.ts';

/*
 * Every combination of our dialects and a C706 peer over networks that lose, double and reorder: what fails, and how long a
 * call of 5 000 bytes takes. tsx scripts/mixed-pairs.ts [seeds]
 */

const ENDS: readonly End[] = ['liberal', 'windows', 'c706', 'peer'];
const LOSSES = [0, 0.05, 0.15, 0.3];
const SEEDS = Number(process.argv[2] ?? 1_000);
/** From one fragment to 64. */
const LENGTHS = [100, 5_000, 20_000, 60_000];

process.stdout.write(`${SEEDS} seeds, calls of ${LENGTHS.join(', ')} bytes there and back\n`);
process.stdout.write('client    server    loss   calls  failed  twice  mean of 5 000 bytes, ms\n');
for (const loss of LOSSES)
  for (const client of ENDS)
    for (const server of ENDS) {
      let [calls, failed, twice, time] = [0, 0, 0, 0];
      for (let seed = 1; seed <= SEEDS; seed++) {
        const result = await mixedRun({ client, server, loss, seed, lengths: LENGTHS });
        calls += result.calls;
        failed += result.failed.length;
        twice += result.twice;
        time += result.times[1] ?? 0;
      }
      const columns = [client.padEnd(9), server.padEnd(9), `${loss * 100} %`.padStart(5), String(calls).padStart(7)];
      const figures = [String(failed).padStart(7), String(twice).padStart(6), (time / SEEDS).toFixed(1).padStart(10)];
      process.stdout.write(`${columns.join(' ')} ${figures.join(' ')}\n`);
    }
