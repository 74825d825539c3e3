import { type LiveRegistryKey, type RegistryOptions, registryKey } from './registry.ts';

/** The keys that decide which ports RPC and the TCP/IP stack hand out (KB154596; MSDN on selective binding; KB812873). */
export const RPC_PORT_KEYS = {
  internet: 'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet',
  linkage: 'HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Services\\Rpc\\Linkage',
  tcpip: 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters',
} as const;

export interface LiveRpcPorts {
  /** The keys that are there, in the shape of a registry export: what the reader of port configurations takes. */
  readonly keys: readonly LiveRegistryKey[];
  /** Device names that RPC servers bind to; null: no such value, all adapters. */
  readonly bind: readonly string[] | null;
  /** Highest ephemeral port before Vista; null: not set, 5000. */
  readonly maxUserPort: number | null;
  /** Seconds of TIME_WAIT; null: not set. */
  readonly tcpTimedWaitDelay: number | null;
  /** Ranges `4000-4000` that are never handed out; null: not set. Vista and later ignore it. */
  readonly reservedPorts: readonly string[] | null;
}

/** What the live registry of this or another Windows machine says about RPC ports. */
export async function liveRpcPorts(options: RegistryOptions = {}): Promise<LiveRpcPorts> {
  // The 64-bit view is the one that the RPC runtime of a 64-bit system reads; on a 32-bit system it changes nothing.
  const view: RegistryOptions = { view: '64', ...options };
  const [internet, linkage, tcpip] = await Promise.all([
    registryKey(RPC_PORT_KEYS.internet, view),
    registryKey(RPC_PORT_KEYS.linkage, view),
    registryKey(RPC_PORT_KEYS.tcpip, view),
  ]);
  return {
    keys: [internet, linkage, tcpip].filter((key) => key !== undefined),
    bind: strings(linkage, 'Bind'),
    maxUserPort: number(tcpip, 'MaxUserPort'),
    tcpTimedWaitDelay: number(tcpip, 'TcpTimedWaitDelay'),
    reservedPorts: strings(tcpip, 'ReservedPorts'),
  };
}

function found(key: LiveRegistryKey | undefined, name: string): unknown {
  return key?.values.find((value) => value.name.toLowerCase() === name.toLowerCase())?.value;
}

function strings(key: LiveRegistryKey | undefined, name: string): readonly string[] | null {
  const value = found(key, name);
  return Array.isArray(value) ? value : null;
}

function number(key: LiveRegistryKey | undefined, name: string): number | null {
  const value = found(key, name);
  return typeof value === 'number' ? value : null;
}
