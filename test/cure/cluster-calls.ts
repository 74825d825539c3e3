/** The functions that the pools of these tests call, as a program would have them. */
import { appendFileSync } from 'node:fs';
import { openCluster } from '../../src/open/open-cluster.ts';

const LOG = process.env.CALL_LOG;

export interface CallArgument {
  readonly id: number;
  /** Ends the whole process instead of answering. */
  readonly crash?: boolean;
}

/** Notes that it was executed, opens the cluster, closes it, and answers its own number. */
export async function openAndClose({ id, crash }: CallArgument): Promise<number> {
  note(id);
  if (crash === true) process.kill(process.pid, 'SIGKILL');
  const cluster = await openCluster('CLUSTER1', { backend: 'wire' });
  await cluster.close();
  return id;
}

/** The same without the cluster. */
export function echo({ id, crash }: CallArgument): number {
  note(id);
  if (crash === true) process.kill(process.pid, 'SIGKILL');
  return id;
}

export const processId = (): number => process.pid;

export function untilAborted(_argument: unknown, { signal }: { signal: AbortSignal }): Promise<string> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('heard')));
}

export const notCloneable = () => () => 1;

export function close(): void {
  if (process.env.CLOSE_LOG !== undefined) appendFileSync(process.env.CLOSE_LOG, `${process.pid}\n`);
}

function note(id: number): void {
  if (LOG !== undefined) appendFileSync(LOG, `${id}\n`);
}
