import { createReadStream, fstatSync } from 'node:fs';
import { Command, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { openInput } from '../bytes/input-file.ts';
import { type Explanation, explain } from '../explain/index.ts';
import type { PortRange } from '../ports/ranges.ts';
import { explainHtml } from '../report/explain-html.ts';
import { explainText } from '../report/explain-text.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { isStdin, untilAborted } from './files.ts';
import type { CommandRun } from './run.ts';
import { count, duration, portRanges } from './values.ts';

interface Options {
  readonly ports?: readonly PortRange[] | undefined;
  readonly recycleAfter?: number | undefined;
  readonly conversations?: number | undefined;
}

const CHUNK_BYTES = 1024 * 1024;

export function explainCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('explain')
    .description(
      'Says what went wrong in a capture (pcap or pcapng) of datagram RPC, whatever its ports: callbacks that a firewall drops, silent and restarted servers, rejects and faults, lost results, and client ports that leak (KB814622).',
    )
    .argument('<capture>', 'a file, or - for a pipe: tcpdump -U -w - udp | clusrpc explain -', captureName)
    .option(
      '--ports <ranges>',
      'the RPC ports of the client hosts, such as 5000-5099: for the forecast, and ports outside of them are not judged',
      portRanges,
    )
    .option('--recycle-after <duration>', 'when closed ports come back (default: 240s)', duration)
    .option('--conversations <n>', 'how many conversations to list as text (default: 20)', count())
    .action((capture, options, self) => context.run(self, (run) => explainCapture(run, capture, options)));
  return withCommonOptions(command, { html: true });
}

async function explainCapture(run: CommandRun, capture: string, options: Options): Promise<ExitCode> {
  const { stdin } = run.world;
  const name = isStdin(capture) ? null : capture;
  const fd = name === null ? null : openInput(name, { what: 'the capture', advice: `clusrpc explain - < ${name}` });
  run.progress.start('reading', fd === null ? null : fstatSync(fd).size);
  const input = fd === null ? stdin : createReadStream('', { fd, highWaterMark: CHUNK_BYTES });
  const document = await explain(untilAborted(input, run.signal, `the capture ${capture}`), {
    ports: options.ports,
    ...(options.recycleAfter !== undefined && { settings: { recycleAfterMs: options.recycleAfter } }),
    onProgress: ({ bytes, packets }) => run.progress.update(bytes, `${packets} packets`),
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

function captureName(text: string): string {
  if (text === '') throw new InvalidArgumentError('Name a file, or - for standard input.');
  return text;
}
