// npm run mutants -- ROOM [FILE…]: which small changes of a room's code its tests do not notice.
// npm run mutants -- --since REF [--limit SECONDS]: of the files that changed since REF; what does not fit into the time is left.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { ROOMS, type Room } from './rooms.ts';
import { type Equivalent, type MutationReport, scoreOf } from './score.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { since: { type: 'string' }, limit: { type: 'string' }, least: { type: 'string', default: '85' } },
});
const equivalents = parse(readFileSync('test/mutants.yaml', 'utf8')) as readonly Equivalent[];
const started = Date.now();
const limitMs = values.limit === undefined ? undefined : Number(values.limit) * 1000;
let tooLow = false;

const [name, ...files] = positionals;
if (values.since === undefined) {
  const room = ROOMS[name ?? ''];
  if (room === undefined) throw new Error(`npm run mutants -- ROOM, one of ${Object.keys(ROOMS).join(', ')}`);
  await judge(name ?? '', room, files);
} else {
  const changed = spawnSync('git', ['diff', '--name-only', '--diff-filter=AM', values.since, '--', 'src'], {
    encoding: 'utf8',
  });
  if (changed.status !== 0) console.log(`nothing judged: ${values.since} is not in this clone`);
  for (const [each, room] of Object.entries(ROOMS)) {
    const touched = changed.stdout.split('\n').filter((file) => file.startsWith(room.mutate) && file.endsWith('.ts'));
    if (touched.length > 0) await judge(each, room, touched);
  }
}
process.exitCode = tooLow ? 1 : 0;

/** One run of Stryker, and what it means: survivors by place, and the score of the room. */
async function judge(title: string, room: Room, only: readonly string[]): Promise<void> {
  const left = limitMs === undefined ? undefined : limitMs - (Date.now() - started);
  const report = left !== undefined && left < 5000 ? null : await mutate(room, only, left);
  if (report === null) {
    if (limitMs === undefined) throw new Error(`Stryker made no report of ${title}`);
    console.log(`${title}: not judged, ${only.join(', ')} did not fit into ${values.limit} s`);
    return;
  }
  const { caught, survived, argued, percent } = scoreOf(report, equivalents);
  for (const { file, line, text, becomes } of survived) console.log(`${file}:${line}: ${text}\n    → ${becomes}`);
  console.log(
    `${title}: ${percent.toFixed(1)} % of ${caught + survived.length} mutants caught, ${survived.length} not; ${argued} more are argued in test/mutants.yaml`,
  );
  if (percent < Number(values.least)) tooLow = true;
}

async function mutate(room: Room, only: readonly string[], timeMs: number | undefined): Promise<MutationReport | null> {
  const directory = mkdtempSync(join(tmpdir(), 'mutants-'));
  const jsonReport = join(directory, 'report.json');
  const config = join(directory, 'stryker.json');
  writeFileSync(
    config,
    JSON.stringify({
      mutate: only.length > 0 ? only : [`${room.mutate}**/*.ts`],
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: 'scripts/mutants/vitest.config.ts', related: false },
      coverageAnalysis: 'perTest',
      ignoreStatic: true,
      concurrency: 1,
      timeoutMS: 10_000,
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: jsonReport },
      tempDirName: join(directory, 'sandbox'),
      ignorePatterns: ['/*', '!/src', '!/test', '!/scripts', '!/fixtures', '!/package.json', '!/tsconfig.json'],
      allowEmpty: true,
      checkers: [],
    }),
  );
  const run = spawn('nice', ['npx', 'stryker', 'run', config], {
    // A process group of its own, so that whatever it started ends with it when the time is over.
    detached: true,
    stdio: ['ignore', process.env.CI === undefined ? 'inherit' : 'ignore', 'inherit'],
    env: { ...process.env, MUTANTS_TESTS: JSON.stringify({ tests: room.tests, without: room.without }) },
  });
  const end = (): void => void (run.pid !== undefined && run.exitCode === null && process.kill(-run.pid, 'SIGKILL'));
  process.once('exit', end);
  const timer = timeMs === undefined ? undefined : setTimeout(end, timeMs);
  await once(run, 'exit');
  clearTimeout(timer);
  process.off('exit', end);
  const report = existsSync(jsonReport) ? (JSON.parse(readFileSync(jsonReport, 'utf8')) as MutationReport) : null;
  rmSync(directory, { recursive: true, force: true });
  return report;
}
