/** By name: `tsx scripts/lab/capture-leaks.ts [captures of each kind] [first seed]`: which captures are called leaking, and which leak. */
import {
  CAPTURE_FAMILIES,
  type CaptureFamilyResult,
  captureTable,
  judgeCaptures,
} from '../../test/explain/capture-families.ts';

const captures = Number(process.argv[2] ?? 100);
const firstSeed = Number(process.argv[3] ?? 20_000_001);
const results: CaptureFamilyResult[] = [];
for (const family of CAPTURE_FAMILIES) {
  results.push(await judgeCaptures(family, captures, firstSeed));
  process.stderr.write(`${results.length} of ${CAPTURE_FAMILIES.length} kinds\n`);
}
process.stdout.write(captureTable(results));
