import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import pc from 'picocolors';
import type { PageOrigin } from '../report/page/page.ts';
import type { Style } from '../report/text/style.ts';
import type { CommonOptions } from './common-options.ts';
import type { CliWorld } from './context.ts';
import { checkOutput, makeOutput, type OutputFileOptions, writeOutput } from './files.ts';
import { commandLine, packageVersion } from './origin.ts';
import { Output } from './output.ts';
import { createProgress, type Progress, type ProgressKind } from './progress.ts';

/** What `--html` writes; a page of an earlier run is written over. */
export const PAGE: OutputFileOptions = {
  what: 'the page',
  over: (head) => /^\s*<(?:!doctype )?html/i.test(Buffer.from(head).toString('latin1')),
  refusal: ['is no HTML page, so it is not written over', 'Give --html another name.'],
};

/** One run of one command. */
export interface CommandRun {
  /** Aborted by Ctrl-C: print what there is and return. */
  readonly signal: AbortSignal;
  readonly world: CliWorld;
  readonly output: Output;
  readonly progress: Progress;
  /** For text on stdout; they do nothing where no colours are wanted. */
  readonly style: Style;
  /** What a page says of where it comes from. */
  readonly origin: PageOrigin;
  /** Of the terminal that stdout is; undefined: as many as the text takes. */
  readonly columns: number | undefined;
  /** Writes the page of `--html`; without that option nothing is rendered. */
  html(render: (origin: PageOrigin) => string): void;
  /** A line for people on stderr, past the bar. */
  note(text: string): void;
  /** Called when the run is over, whatever its end. */
  onClose(close: () => void): void;
  close(): Promise<void>;
}

export async function openRun(
  world: CliWorld,
  options: CommonOptions,
  argv: readonly string[],
  worded: (text: string) => string,
): Promise<CommandRun> {
  const { stdout, stderr, signal } = world;
  const colored = wantsColor(world, options);
  const output = new Output(
    stdout,
    options.json === true ? 'json' : options.ndjson === true ? 'ndjson' : 'text',
    colored,
    worded,
  );
  if (options.html !== undefined) checkOutput(options.html, PAGE);
  const origin = { version: packageVersion(), madeUtc: new Date().toISOString(), command: commandLine(argv) };
  const progress = createProgress(progressKind(world, options), stderr);
  const closers = [() => progress.stop()];
  if (options.pcap !== undefined)
    closers.push((await import('./pcap-file.ts')).captureTo(options.pcap, { secrets: options.pcapSecrets ?? false }));
  const closeLog = await openLog(world, options, progress);
  return {
    signal,
    world,
    output,
    progress,
    style: pc.createColors(colored),
    origin,
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    html: (render) => {
      if (options.html !== undefined) writeOutput(options.html, worded(render(origin)), PAGE);
    },
    note: (text) => progress.line(text),
    onClose: (close) => void closers.push(close),
    close: async () => {
      for (const close of closers) close();
      await closeLog();
    },
  };
}

async function openLog(world: CliWorld, options: CommonOptions, progress: Progress): Promise<() => Promise<void>> {
  const { logLevel, logFile } = options;
  if (logFile !== undefined) makeOutput(logFile, { what: 'the log file', mode: 0o600 });
  // Nothing below a warning: the library's own errors say the same once more, so there is no need for a logger.
  if (logFile === undefined && (logLevel === 'silent' || logLevel === 'error')) return async () => {};
  const { createLogger, logTo } = await import('../log.ts');
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      progress.line(String(chunk).trimEnd());
      done();
    },
  });
  const color = options.color && world.stderr.isTTY === true && !world.env.NO_COLOR;
  const logger = createLogger({ level: logLevel, stream, color, ...(logFile !== undefined && { file: logFile }) });
  const stop = logTo(logger);
  return async () => {
    stop();
    const transports = [...logger.transports];
    logger.end();
    await Promise.all(transports.map((transport) => finished(transport, { readable: false })));
  };
}

function progressKind({ stderr }: CliWorld, { logLevel }: CommonOptions): ProgressKind {
  if (logLevel === 'silent' || logLevel === 'error') return 'silent';
  return stderr.isTTY === true ? 'bar' : 'plain';
}

/** NO_COLOR (no-color.org) and FORCE_COLOR, else whether stdout is a terminal. */
function wantsColor({ stdout, env }: CliWorld, { color }: CommonOptions): boolean {
  if (!color || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stdout.isTTY === true && env.TERM !== 'dumb';
}
