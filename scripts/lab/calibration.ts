/** The forecast against virtual soaks of the same load: median, cover and width of its band for eight settings. */
import { calibrateAll, calibrationTable, SETTINGS } from '../../test/lab/calibration.ts';

const rows = await calibrateAll(SETTINGS, Number(process.argv[2] ?? 1_000));
process.stdout.write(calibrationTable(rows));
const MOST_OFF = 0.05;
const LEAST_COVERED = 0.85;
const WIDEST = 1.3;
if (rows.some(({ medianOff, covered, width }) => medianOff > MOST_OFF || covered < LEAST_COVERED || width > WIDEST))
  process.exitCode = 1;
