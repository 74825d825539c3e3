import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { ClusError } from '../status/errors.ts';
import type { NativePort } from './addon.ts';
import type { CallOptions } from './cluster-api.ts';
import { type AddonOptions, requireWindows } from './load-addon.ts';
import { localCall } from './native-cluster.ts';

/** One endpoint of this machine and the process that owns it; `state` is a MIB_TCP_STATE, 0 for UDP. */
export type LivePort = NativePort;

/** Every UDP and TCP endpoint, IPv4 and IPv6 (GetExtendedUdpTable, GetExtendedTcpTable). */
export async function livePorts(options: CallOptions & AddonOptions = {}): Promise<readonly LivePort[]> {
  return localCall('GetExtendedUdpTable', '', options, (addon, settle) => addon.portTable(settle));
}

export interface PortLimits {
  readonly dynamic: PortSpan;
  readonly excluded: readonly PortSpan[];
}

export interface PortSpan {
  readonly first: number;
  readonly last: number;
}

/**
 * The dynamic range for UDP over IPv4 as the stack of this machine has it (KB929851), and the ports that it gives to nobody
 * who does not ask for them. Rejects with ERR_CLUSRPC_INVALID_INPUT where netsh does not say.
 */
export async function livePortLimits(): Promise<PortLimits> {
  requireWindows('Reading the dynamic port range');
  const dynamic = parseDynamicPorts(await netsh('dynamicport', 'udp'));
  if (dynamic === null) throw unsaid('the dynamic port range');
  return { dynamic, excluded: parseExcludedPorts(await netsh('excludedportrange', 'udp')) };
}

/** No documented function answers this; the program that sets the range does. */
async function netsh(what: string, protocol: string): Promise<string> {
  const file = path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'netsh.exe');
  const options = { timeout: 15_000, windowsHide: true };
  try {
    return (await promisify(execFile)(file, ['int', 'ipv4', 'show', what, protocol], options)).stdout;
  } catch (cause) {
    throw unsaid(what, cause);
  }
}

function unsaid(what: string, cause?: unknown): ClusError {
  return new ClusError(`netsh did not say ${what}`, 'ERR_CLUSRPC_INVALID_INPUT', { syscall: 'netsh', cause });
}

/** The two numbers of `netsh int ipv4 show dynamicport udp`, whatever language the words are in; null: not that output. */
export function parseDynamicPorts(text: string): PortSpan | null {
  const numbers = [...text.matchAll(/:\s*(\d{1,5})\s*$/gm)].map((match) => Number(match[1]));
  const [first, count] = numbers;
  if (numbers.length !== 2 || first === undefined || count === undefined) return null;
  return first >= 1 && count >= 1 && first + count - 1 <= LARGEST_PORT ? { first, last: first + count - 1 } : null;
}

/** The rows of `netsh int ipv4 show excludedportrange udp`: two ports, and a star where an administrator has set them. */
export function parseExcludedPorts(text: string): readonly PortSpan[] {
  return [...text.matchAll(/^\s*(\d{1,5})\s+(\d{1,5})\s*\*?\s*$/gm)]
    .map(([, first, last]) => ({ first: Number(first), last: Number(last) }))
    .filter(({ first, last }) => first <= last && last <= LARGEST_PORT);
}

const LARGEST_PORT = 65_535;
