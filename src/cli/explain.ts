import { Command, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { type Explanation, explain } from '../explain/index.ts';
import type { PortRange } from '../ports/ranges.ts';
import { explainHtml } from '../report/explain-html.ts';
import { explainText } from '../report/explain-text.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode, usageError } from './exit.ts';
import { isStdin, untilAborted } from './files.ts';
import type { CommandRun } from './run.ts';
import { count, duration, portRanges } from './values.ts';

interface Options {
  readonly ports?: readonly PortRange[] | undefined;
  readonly recycleAfter?: number | undefined;
  readonly conversations?: number | undefined;
}

export function explainCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('explain')
    .description(
      'Says what went wrong in a capture (pcap or pcapng) of datagram RPC, whatever its ports: callbacks that a firewall drops, silent and restarted servers, rejects and faults, lost results, and client ports that leak (KB814622).',
    )
    .argument(
      '<captures...>',
      'a file, the files or the folder of a ring buffer, each as it is or compressed by gzip or zstd, or - for a pipe: tcpdump -U -w - udp | clusrpc explain -',
      captureNames,
    )
    .option(
      '--ports <ranges>',
      'the RPC ports of the client hosts, such as 5000-5099: for the forecast, and ports outside of them are not judged',
      portRanges,
    )
    .option('--recycle-after <duration>', 'when closed ports come back (default: 240s)', duration)
    .option('--conversations <n>', 'how many conversations to list as text (default: 20)', count())
    .action((captures, options, self) => context.run(self, (run) => explainCapture(run, captures, options)));
  return withCommonOptions(command, { html: true });
}

async function explainCapture(run: CommandRun, captures: readonly string[], options: Options): Promise<ExitCode> {
  const { stdin } = run.world;
  const isPipe = captures.length === 1 && captures.every(isStdin);
  if (!isPipe && captures.some(isStdin)) throw usageError('standard input is a capture of its own: name it alone');
  const name = isPipe ? null : captures.join(', ');
  let isBegun = false;
  const document = await explain(isPipe ? untilAborted(stdin, run.signal, 'the capture -') : captures, {
    ports: options.ports,
    until: run.signal,
    ...(options.recycleAfter !== undefined && { settings: { recycleAfterMs: options.recycleAfter } }),
    onProgress: ({ bytes, totalBytes, packets }) => {
      if (!isBegun) run.progress.start('reading', totalBytes);
      isBegun = true;
      run.progress.update(bytes, `${packets} packets`);
    },
  });
  run.progress.stop();
  const named: Explanation = { ...document, source: { ...document.source, name } };
  run.output.document(named, () => explainText(named, run.style, { conversations: options.conversations }));
  run.html((origin) => explainHtml(named, origin));
  return exitCode(run, named);
}

/** A damaged file is wrong input, whatever the part before the damage shows. */
function exitCode(run: CommandRun, { source, verdict }: Explanation): ExitCode {
  if (source.damage !== null) {
    run.note(`error: ${source.damage}; what stands before it has been read`);
    return EXIT.usage;
  }
  return { fine: EXIT.fine, problems: EXIT.notFine, nothing: EXIT.unknown, unknown: EXIT.unknown }[verdict];
}

function captureNames(text: string, before: readonly string[] | undefined): readonly string[] {
  if (text === '') throw new InvalidArgumentError('Name a file, or - for standard input.');
  return [...(before ?? []), text];
}
