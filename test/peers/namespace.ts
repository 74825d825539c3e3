import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { need } from './tools.ts';

export interface NamespaceRun {
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface Emulated extends AsyncDisposable {
  readonly ready: Readonly<Record<string, unknown>>;
  /** Runs a program beside it. Its exit code is a result. */
  run(program: string, args: readonly string[]): Promise<NamespaceRun>;
  /** Its last line: what it has seen. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** `clusrpc emulate` at port 135 of a network namespace of its own, where no port is taken and nobody else listens. */
export async function emulateInNamespace(argv: readonly string[]): Promise<Emulated> {
  need('unshare', 'nsenter', 'ip');
  const script = 'ip link set lo up && exec "$0" dist/cli/main.js emulate --epm-port 135 "$@"';
  const child = spawn('unshare', ['-rn', 'sh', '-c', script, process.execPath, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error('emulate ended before it was ready');
  const stop = async () => {
    child.kill('SIGTERM');
    const last = await lines.next();
    await ended(child);
    return JSON.parse(last.value ?? '{}') as Record<string, number>;
  };
  return {
    ready: JSON.parse(first.value) as Record<string, unknown>,
    run: (program, args) => runBeside(child, program, args),
    stop,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop();
    },
  };
}

/** `root`: the network was made without a user namespace. */
export async function runBeside(
  { pid }: ChildProcess,
  program: string,
  args: readonly string[],
  { env = {}, root = false }: { env?: Readonly<Record<string, string>> | undefined; root?: boolean } = {},
): Promise<NamespaceRun> {
  need(program);
  const enter = ['-t', String(pid), ...(root ? ['-n'] : ['-U', '-n', '--preserve-credentials']), program, ...args];
  const options = { timeout: 30_000, maxBuffer: 1 << 26, env: { ...process.env, ...env } };
  try {
    const { stdout, stderr } = await promisify(execFile)('nsenter', enter, options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, output: stdout + stderr };
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}
