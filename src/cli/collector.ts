import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { collectorScript } from '../evidence/collector-script.ts';
import { withCommonOptions } from './common-options.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { type OutputFileOptions, writeOutput } from './files.ts';
import { count, positiveDuration } from './values.ts';

/** A collector of an earlier run is written over. */
const SCRIPT = {
  what: 'the batch file',
  over: (head: Uint8Array) => /^@echo off\r\nrem Gathers what "clusrpc/.test(Buffer.from(head).toString('latin1')),
  refusal: ['is no collector, so it is not written over', 'Give --out another name.'],
} as const satisfies OutputFileOptions;

export function collectorCommand(context: CliContext): CommandUnknownOpts {
  const command = new Command('collector')
    .description(
      'Makes a batch file for Windows 2000: it copies the files, exports the keys and samples the port table that audit and watch ask for. Copy it there and run it as an administrator.',
    )
    .option('--out <file>', 'write it into this file, such as collect.cmd, instead of to standard output')
    .option('--samples <n>', 'samples of netstat (default: 1600)', count(0, 1_000_000))
    .option('--every <duration>', 'time between two of them, whole seconds (default: 60s)', positiveDuration)
    .action(({ out, samples, every }, self) =>
      context.run(self, (run) => {
        const script = collectorScript({
          ...(samples !== undefined && { samples }),
          ...(every !== undefined && { everySeconds: Math.max(1, Math.round(every / 1000)) }),
        });
        if (out === undefined) run.output.document({ schema: 'clusrpc/collector/1', script }, () => script);
        else {
          writeOutput(out, script, SCRIPT);
          run.note(`${out} is written: copy it to the Windows 2000 machine and run it there as an administrator.`);
        }
        return EXIT.fine;
      }),
    );
  return withCommonOptions(command);
}
