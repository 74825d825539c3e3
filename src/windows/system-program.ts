import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { ClusError } from '../status/errors.ts';
import { requireWindows } from './load-addon.ts';

/** What a program of System32 prints, for what no documented function answers. Rejects with ERR_CLUSRPC_INVALID_INPUT. */
export async function systemProgram(name: string, args: readonly string[], what: string): Promise<string> {
  requireWindows(`Reading ${what}`);
  const file = path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', `${name}.exe`);
  try {
    return (await promisify(execFile)(file, [...args], { timeout: 15_000, windowsHide: true })).stdout;
  } catch (cause) {
    throw unsaid(name, what, cause);
  }
}

export function unsaid(name: string, what: string, cause?: unknown): ClusError {
  return new ClusError(`${name} did not say ${what}`, 'ERR_CLUSRPC_INVALID_INPUT', { syscall: name, cause });
}
