#!/usr/bin/env node
import './node-version.ts';

import { type EndSignal, Interruption, SIGNAL_EXIT } from './exit.ts';
import { asksForDebug, explainFailure } from './failure.ts';
import { asUsageError } from './files.ts';
import { runCli } from './program.ts';

const { stdin, stdout, stderr, env, argv } = process;
const controller = new AbortController();

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second time means now, whatever is still open.
    if (controller.signal.aborted) process.exit(SIGNAL_EXIT[name]);
    if (stderr.isTTY) stderr.write('\nending; once more ends at once\n');
    end(name);
  });
}

for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw asUsageError(error, 'the output cannot be written');
    // Whoever read the output has enough of it: `clusrpc … | head`.
    if (stream === stdout) end('SIGPIPE');
  });
}

process.on('uncaughtException', (error) => {
  const { code, message } = explainFailure(error, asksForDebug(argv));
  stderr.write(`${message}\n`, () => process.exit(code));
});

const code = await runCli(argv.slice(2), { stdin, stdout, stderr, env, signal: controller.signal });
await Promise.all([drained(stdout), drained(stderr)]);
process.exit(code);

function end(by: EndSignal): void {
  if (!controller.signal.aborted) controller.abort(new Interruption(by));
}

/** Output to a pipe is written later on some systems, and process.exit would cut it. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
