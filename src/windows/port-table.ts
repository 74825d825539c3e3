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

export interface DynamicPortRange {
  readonly first: number;
  readonly count: number;
}

/** The dynamic range for UDP as the stack of this machine has it (KB929851). */
export async function liveDynamicPorts(family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<DynamicPortRange> {
  requireWindows('Reading the dynamic port range');
  // No documented function answers this; the program that sets the range does.
  const netsh = path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'netsh.exe');
  const { stdout } = await promisify(execFile)(netsh, ['int', family, 'show', 'dynamicport', 'udp'], {
    timeout: 15_000,
    windowsHide: true,
  });
  const range = parseDynamicPorts(stdout);
  if (range === null) {
    throw new ClusError('netsh did not say the dynamic port range', 'ERR_CLUSRPC_INVALID_INPUT', { syscall: 'netsh' });
  }
  return range;
}

/** The two numbers of `netsh int ipv4 show dynamicport udp`, whatever language the words are in; null: not that output. */
export function parseDynamicPorts(text: string): DynamicPortRange | null {
  const numbers = [...text.matchAll(/:\s*(\d{1,5})\s*$/gm)].map((match) => Number(match[1]));
  const [first, count] = numbers;
  if (numbers.length !== 2 || first === undefined || count === undefined) return null;
  return first >= 1 && count >= 1 && first + count - 1 <= 65_535 ? { first, count } : null;
}
