/** The forecast against virtual soaks of the same load: median, cover and width of its band for eight settings. */
import { calibrate, SETTINGS } from '../../test/lab/calibration.ts';

const runs = Number(process.argv[2] ?? 1_000);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
process.stdout.write(
  `${'setting'.padEnd(34)}${'what'.padEnd(16)}${'median off'.padStart(12)}${'covered'.padStart(10)}${'width'.padStart(8)}\n`,
);
for (const [name, load] of SETTINGS) {
  const { firstRefusal, exhaustion } = await calibrate(load, runs);
  for (const [what, { medianOff, covered, width }] of Object.entries({ firstRefusal, exhaustion })) {
    process.stdout.write(
      `${name.padEnd(34)}${what.padEnd(16)}${percent(medianOff).padStart(12)}${percent(covered).padStart(10)}${width.toFixed(2).padStart(8)}\n`,
    );
  }
}
