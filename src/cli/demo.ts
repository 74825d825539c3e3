import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { formatPortRanges } from '../ports/ranges.ts';
import { demoActText, demoIntroduction, demoPage, demoVerdict } from '../report/demo.ts';
import { DEMO_RECYCLE_AFTER, type DemoReport, runDemo } from '../soak/demo.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { asUsageError, writeOutput } from './files.ts';
import { captureTo } from './pcap-file.ts';
import { poolOf } from './pool-of.ts';
import { type CommandRun, PAGE } from './run.ts';

/** What `reg export` wrote of a machine with twenty ports. */
const REGISTRY_EXPORT = fileURLToPath(new URL('../../fixtures/rpc-internet-5000-5019.reg', import.meta.url));

export function demoCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('demo')
    .description(
      'Shows KB814622 in three acts over real UDP on this machine: the port leak of Windows 2000 SP3, the same load on SP4, and a stall that only looks like the leak. Takes half a minute.',
    )
    .option('--out <directory>', 'where demo.json, demo.html and demo.pcapng go', 'demo-output')
    .action((options, self) => context.run(self, (run) => demo(run, options.out)));
  return withCommonOptions(command, { html: true });
}

async function demo(run: CommandRun, directory: string): Promise<ExitCode> {
  const { output, progress, style, columns, signal } = run;
  const pool = await poolOf(run.world, { reg: REGISTRY_EXPORT });
  if (pool === undefined) throw usageError(`${REGISTRY_EXPORT} names no ports`);
  const files = filesIn(directory);
  const stopCapture = captureTo(files.pcapng);
  output.text(
    `${demoIntroduction({ recycleAfterMs: DEMO_RECYCLE_AFTER, ports: formatPortRanges(pool.ranges), poolSize: pool.size })}\n\n`,
  );
  const titles = { leak: 'act 1', fixed: 'act 2', stall: 'act 3' };
  let report: DemoReport;
  try {
    report = await runDemo(pool, {
      signal,
      onAct: (id, cycles) => progress.start(titles[id], cycles),
      onStep: ({ cycle, leaked }) => progress.update(cycle, leaked === 0 ? '' : `${leaked} leaked`),
      onEnd: (act) => {
        progress.stop();
        output.text(`${demoActText(act, style, columns)}\n`);
      },
    });
  } finally {
    progress.stop();
    stopCapture();
  }
  const page = () => demoPage(report, run.origin);
  run.html(page);
  writeOutput(files.html, page(), PAGE);
  writeOutput(files.json, `${JSON.stringify(report, null, 2)}\n`, { what: 'the document', over: () => true });
  output.document(report, () => `${style.bold('Verdict')}\n\n${demoVerdict(report)}\n\n${filesText(files)}\n`);
  return report.asExpected ? EXIT.fine : EXIT.notFine;
}

interface DemoFiles {
  readonly json: string;
  readonly html: string;
  readonly pcapng: string;
}

function filesIn(directory: string): DemoFiles {
  try {
    makeDirectory(resolve(directory));
  } catch (error) {
    throw asUsageError(error, `the directory ${directory} cannot be made`);
  }
  const file = (name: string) => join(directory, name);
  return { json: file('demo.json'), html: file('demo.html'), pcapng: file('demo.pcapng') };
}

/** With those above it. (The `recursive` of mkdir asks for ever in /proc, which has no such directory and lets none be made.) */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(above);
  mkdirSync(path);
}

function filesText({ html, json, pcapng }: DemoFiles): string {
  return `Left behind: ${html} (the plots), ${json} (the numbers), ${pcapng} (every datagram, for Wireshark and clusrpc explain).`;
}
