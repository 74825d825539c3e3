import { Readable, Writable } from 'node:stream';
import { runCli } from '../../src/cli/program.ts';
import type { TerminalStream } from '../../src/cli/progress.ts';

/** Keeps what is written to it. */
export class Sink extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor({ isTTY = false, columns = 100 } = {}) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Readable;
  readonly stdout?: Sink & TerminalStream;
  readonly stderr?: Sink & TerminalStream;
}

/** One command line in this process, with streams of its own. */
export async function cli(argv: readonly string[], options: CliRunOptions = {}): Promise<CliRun> {
  const { signal = new AbortController().signal, env = {}, stdout = new Sink(), stderr = new Sink() } = options;
  const stdin = options.stdin instanceof Readable ? options.stdin : Readable.from([options.stdin ?? '']);
  const code = await runCli(argv, { stdin, stdout, stderr, env, signal });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
