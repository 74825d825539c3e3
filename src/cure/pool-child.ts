/** A process of a ProcessPool: loads the module that its environment names and runs the functions that it is asked for. */
import { subscribe } from 'node:diagnostics_channel';
import { type FromProcess, recordOf, type ToProcess } from './pool-protocol.ts';

type PoolFunction = (argument: unknown, context: { readonly signal: AbortSignal }) => unknown;

const running = new Map<number, AbortController>();
let opens = 0;
subscribe('clusrpc:open', () => {
  opens++;
});

let functions: Readonly<Record<string, unknown>> = {};
// Without its pool nobody can use what it holds.
const orphaned = () => process.kill(process.pid, 'SIGTERM');
process.on('disconnect', orphaned);
process.on('message', (message: ToProcess) => {
  if (message.type === 'abort') running.get(message.id)?.abort();
  else if (message.type === 'call') void run(message);
  else void end();
});
try {
  functions = (await import(process.env.CLUSRPC_POOL_MODULE ?? '')) as Record<string, unknown>;
  await tell({ type: 'ready' });
} catch (error) {
  await tell({ type: 'unusable', error: recordOf(error) });
}

async function run({ id, name, argument }: Extract<ToProcess, { type: 'call' }>): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const wanted = functions[name];
    if (typeof wanted !== 'function') throw new TypeError(`the module of the pool exports no function ${name}`);
    // Written before anything is done, so that whoever has not read it knows that nothing was.
    await tell({ type: 'begun', id });
    abort.signal.throwIfAborted();
    const value = await (wanted as PoolFunction)(argument, { signal: abort.signal });
    await tell({ type: 'done', id, opens, value });
  } catch (error) {
    await tell({ type: 'failed', id, opens, error: recordOf(error) }).catch(() => {});
  } finally {
    running.delete(id);
  }
}

/** Lets the module close what it holds; the process ends when nothing keeps it any more. */
async function end(): Promise<void> {
  process.off('disconnect', orphaned);
  try {
    if (typeof functions.close === 'function') await functions.close();
  } finally {
    process.disconnect?.();
  }
}

/** Resolves when it has been handed to the system. */
function tell(message: FromProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => (error === null ? resolve() : reject(error)));
  });
}
