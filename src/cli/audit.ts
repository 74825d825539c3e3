import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { audit } from '../audit.ts';
import { diagnoseInstallation } from '../diagnosis/installation.ts';
import { mergeEvidence } from '../evidence/evidence.ts';
import { type EvidenceSource, sourceName } from '../evidence/gather.ts';
import { type AuditListReport, type AuditReport, auditReport } from '../report/audit.ts';
import { auditChanges } from '../report/audit-baseline.ts';
import { auditCsv } from '../report/audit-csv.ts';
import { auditHtml } from '../report/audit-html.ts';
import { auditNagios } from '../report/audit-nagios.ts';
import { auditText } from '../report/audit-text.ts';
import { toneOf } from '../report/audit-words.ts';
import { NAGIOS_STATES } from '../report/nagios.ts';
import { isClusError } from '../status/errors.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext, CliWorld } from './context.ts';
import { evidenceSources, type SourceOptions, targetSource, withPassword } from './evidence-sources.ts';
import { EXIT, type ExitCode, usageError, worstExit } from './exit.ts';
import { readInput } from './files.ts';
import { localTime } from './local-time.ts';
import { PASSWORD_VARIABLE, withPasswordOptions } from './password.ts';
import type { CommandRun } from './run.ts';
import { hostName, portNumber } from './values.ts';

interface Options extends SourceOptions {
  readonly targets?: string | undefined;
  readonly csv?: true | undefined;
  readonly nagios?: true | undefined;
  readonly baseline?: string | undefined;
}

const MAX_TARGETS_BYTES = 1 << 20;
const MAX_BASELINE_BYTES = 64 << 20;

export function auditCommand(context: CliContext): CommandUnknownOpts {
  const command = withSourceOptions(new Command('audit'))
    .description(
      'Says whether KB814622 applies to a Windows installation, whether it is fixed there, and whether its ports are limited so that it will hurt. Several sources on one command line describe one installation.',
    )
    .argument(
      '[source]',
      'a system drive, a system root, what the collector gathered, a hive or a registry export, which - reads from standard input',
    )
    .option('--targets <file>', 'more sources, one a line: a path, //host/ADMIN$, host:NAME; # begins a comment')
    .addOption(new Option('--csv', 'one line a target').conflicts(['json', 'nagios']))
    .addOption(new Option('--nagios', 'one line and the exit codes of a Nagios plugin').conflicts('json'))
    .option('--baseline <file>', 'an earlier --json document: says what has changed since')
    .action((source, options, self) => context.run(self, (run) => auditAll(run, source, options)));
  return withCommonOptions(command, { html: true });
}

/** The options of `SourceOptions`. */
export function withSourceOptions(command: Command) {
  const shared = command
    .option('--live', 'the Windows that this runs on')
    .option('--remote <machine>', 'another Windows, from here: its Remote Registry service and ADMIN$', hostName)
    .option('--system32 <dir>', 'a directory that holds ole32.dll, rpcrt4.dll and rpcss.dll')
    .option(
      '--hive <file>',
      'a SOFTWARE or SYSTEM hive; may be given twice',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option('--reg <file>', 'a registry export')
    .option('--share <path>', 'the share of a running Windows, such as //host/ADMIN$, through smbclient')
    .option(
      '--user <name>',
      `the account for share and host, [DOMAIN\\]name; the password comes from ${PASSWORD_VARIABLE}`,
    );
  return withPasswordOptions(shared)
    .option('--smb1', 'let the share be read over SMB 1, as Windows 2000 needs it')
    .option('--smb-port <port>', 'TCP port of the share (default: 445)', portNumber())
    .option(
      '--host <name>',
      'a cluster node over the wire, which tells its service pack, and to --user its registry',
      hostName,
    )
    .option('--epm-port <port>', 'port of its endpoint mapper (default: 135)', portNumber());
}

async function auditAll(run: CommandRun, source: string | undefined, given: Options): Promise<ExitCode> {
  const options = await withPassword(run, given);
  const baseline = options.baseline === undefined ? null : await readBaseline(run.world, options.baseline);
  const sources = evidenceSources(run, source, options);
  if (sources.length === 0 && options.targets === undefined) {
    throw usageError(
      'which installation?',
      'Give a directory, --hive, --reg, --system32, --share, --host or --targets.',
    );
  }
  const reports: AuditReport[] = [];
  if (sources.length > 0) reports.push(await auditOne(sources, baseline));
  for (const line of options.targets === undefined ? [] : await targetLines(run.world, options.targets)) {
    if (run.signal.aborted) break;
    reports.push(await auditTarget(targetSource(run, line, options), baseline, options));
  }
  return print(run, reports, options);
}

function print(run: CommandRun, reports: readonly AuditReport[], { targets, csv, nagios }: Options): ExitCode {
  run.html((origin) => auditHtml(reports, origin, localTime));
  if (nagios === true) {
    const { state, line } = auditNagios(reports);
    run.output.text(line);
    return NAGIOS_STATES.indexOf(state) as ExitCode;
  }
  const text = (): string =>
    csv === true ? auditCsv(reports) : reports.map((report) => auditText(report, localTime, run.style)).join('\n');
  const [first] = reports;
  if (targets === undefined && first !== undefined) run.output.document(first, text);
  else run.output.document({ schema: 'clusrpc/audit-list/1', results: reports } satisfies AuditListReport, text);
  return worstExit(
    reports.map(
      ({ kb814622 }) => ({ good: EXIT.fine, bad: EXIT.notFine, unclear: EXIT.unknown })[toneOf(kb814622.verdict)],
    ),
  );
}

async function auditOne(
  sources: readonly EvidenceSource[],
  baseline: readonly AuditReport[] | null,
): Promise<AuditReport> {
  return withChanges(await audit(sources), baseline);
}

/** One target of many that cannot be read is a gap of its own and ends nothing. */
async function auditTarget(
  source: EvidenceSource,
  baseline: readonly AuditReport[] | null,
  { account }: SourceOptions,
): Promise<AuditReport> {
  try {
    return await auditOne([source], baseline);
  } catch (error) {
    if (!isClusError(error)) throw error;
    account?.learn(error);
    const name = sourceName(source);
    const evidence = mergeEvidence(name, [{ gaps: [{ what: 'everything', source: name, reason: error.message }] }]);
    return withChanges(auditReport(evidence, diagnoseInstallation(evidence)), baseline);
  }
}

function withChanges(report: AuditReport, baseline: readonly AuditReport[] | null): AuditReport {
  if (baseline === null) return report;
  const before = baseline.length === 1 ? baseline[0] : baseline.find((each) => each.target === report.target);
  const warning = `the baseline has no target ${report.target}`;
  return before === undefined
    ? { ...report, warnings: [...report.warnings, warning] }
    : { ...report, changes: auditChanges(before, report) };
}

async function targetLines(input: CliWorld, file: string): Promise<readonly string[]> {
  const text = Buffer.from(await readInput(input, file, 'the list of targets', MAX_TARGETS_BYTES)).toString('utf8');
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const targets = lines.filter((line) => line !== '');
  if (targets.length === 0) throw usageError(`the list of targets ${file} names none`);
  return targets;
}

async function readBaseline(input: CliWorld, file: string): Promise<readonly AuditReport[]> {
  const bytes = await readInput(input, file, 'the baseline', MAX_BASELINE_BYTES);
  const { auditListSchema, auditSchema } = await import('../report/schema/audit.ts');
  const parsed = auditSchema.or(auditListSchema).safeParse(parsedJson(bytes, file));
  if (!parsed.success) throw usageError(`the baseline ${file} is no document of audit --json`);
  return parsed.data.schema === 'clusrpc/audit/1' ? [parsed.data] : parsed.data.results;
}

function parsedJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw usageError(`the baseline ${file} is no JSON`);
  }
}
