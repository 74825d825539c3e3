/** Ten million opens and closes on virtual time: seconds and memory; then one load on virtual and in real time, its counts side by side. */
import { type SoakOptions, soak } from '../../src/soak/index.ts';

const cycles = Number(process.argv[2] ?? 10_000_000);
const MOST_SECONDS = 20;
const MOST_MEGABYTES = 150;
/** Lease counts of real time may be off by so much. */
const MOST_OFF = 0.01;

const [before, begun] = [process.cpuUsage(), performance.now()];
const { opened, failed } = await soak('emulated', { clientProfile: 'windows-2000-sp4', failureRate: 0.01, cycles });
const { user, system } = process.cpuUsage(before);
const wall = (performance.now() - begun) / 1_000;
/** Of the processor, so that what else runs on the machine does not count. */
const seconds = (user + system) / 1e6;
const megabytes = process.resourceUsage().maxRSS / 1_000;
process.stdout.write(
  `${cycles} cycles, ${opened} opened and ${failed} failed: ${seconds.toFixed(1)} s of one processor within ${wall.toFixed(1)} s, at most ${megabytes.toFixed(0)} MB\n`,
);

const load: SoakOptions = {
  ports: '5000-5199',
  recycleAfterMs: 2_000,
  everyMs: 50,
  failureRate: 0.2,
  failureKind: 'reject',
  cycles: 600,
  seed: 7,
};
const [virtual, real] = [await soak('emulated', load), await soak('emulated', { ...load, time: 'real' })];
let off = 0;
for (const [name, a, b] of [
  ['opened', virtual.opened, real.opened],
  ['failed', virtual.failed, real.failed],
  ['refused', virtual.refused, real.refused],
  ['leaked', virtual.ports.leaked, real.ports.leaked],
  ['most at once', virtual.ports.peak, real.ports.peak],
] as const) {
  off = Math.max(off, Math.abs(b - a) / Math.max(1, a));
  process.stdout.write(`${name.padEnd(14)}virtual ${String(a).padStart(4)}   real ${String(b).padStart(4)}\n`);
}
if (seconds > MOST_SECONDS || megabytes > MOST_MEGABYTES || off > MOST_OFF) process.exitCode = 1;
