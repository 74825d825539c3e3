import { LARGEST_PORT } from '../status/options.ts';
import type { NativePort } from './addon.ts';
import type { CallOptions } from './cluster-api.ts';
import type { AddonOptions } from './load-addon.ts';
import { localCall } from './native-cluster.ts';
import { systemProgram, unsaid } from './system-program.ts';

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
  const range = 'the dynamic port range';
  const dynamic = parseDynamicPorts(await netsh('dynamicport', range));
  if (dynamic === null) throw unsaid('netsh', range);
  const exclusions = 'the excluded ports';
  const excluded = parseExcludedPorts(await netsh('excludedportrange', exclusions));
  if (excluded === null) throw unsaid('netsh', exclusions);
  return { dynamic, excluded };
}

function netsh(table: string, what: string): Promise<string> {
  return systemProgram('netsh', ['int', 'ipv4', 'show', table, 'udp'], what);
}

/** The two numbers of `netsh int ipv4 show dynamicport udp`, whatever language the words are in; null: not that output. */
export function parseDynamicPorts(text: string): PortSpan | null {
  const numbers = [...text.matchAll(/[:：]\s*(\d{1,5})\s*$/gm)].map((match) => Number(match[1]));
  const [first, count] = numbers;
  if (numbers.length !== 2 || first === undefined || count === undefined) return null;
  return first >= 1 && count >= 1 && first + count - 1 <= LARGEST_PORT ? { first, last: first + count - 1 } : null;
}

/**
 * The rows of `netsh int ipv4 show excludedportrange udp`: two ports, and a star where an administrator has set them. Null: not
 * that output, which has a ruled head even where it has no row.
 */
export function parseExcludedPorts(text: string): readonly PortSpan[] | null {
  if (!/^\s*-{3,}\s+-{3,}\s*$/m.test(text)) return null;
  return [...text.matchAll(/^\s*(\d{1,5})\s+(\d{1,5})\s*\*?\s*$/gm)]
    .map(([, first, last]) => ({ first: Number(first), last: Number(last) }))
    .filter(({ first, last }) => first <= last && last <= LARGEST_PORT);
}
