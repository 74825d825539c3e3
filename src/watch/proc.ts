import { readdir, readFile, readlink } from 'node:fs/promises';
import { ClusError } from '../status/errors.ts';
import type { UdpCounters } from './system-signs.ts';

export interface HeldPort {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
}

const TABLES = [
  { file: 'udp', protocol: 'udp' },
  { file: 'udp6', protocol: 'udp' },
  { file: 'tcp', protocol: 'tcp' },
  { file: 'tcp6', protocol: 'tcp' },
] as const;

/**
 * The ports that a process holds on Linux: the sockets among /proc/<pid>/fd, looked up by inode in /proc/<pid>/net,
 * which is the network name space of that process. ERR_CLUSRPC_INVALID_INPUT where there is no such process or it
 * belongs to somebody else.
 */
export async function linuxPorts(pid: number): Promise<readonly HeldPort[]> {
  const sockets = await socketInodes(pid);
  const tables = await Promise.all(
    TABLES.map(async ({ file, protocol }) => rows(await tableText(pid, file)).map((row) => ({ ...row, protocol }))),
  );
  return tables.flat().filter(({ inode }) => sockets.has(inode));
}

/** The rows of a table of /proc/net: local port and inode, the second and tenth column (proc_net_tcp of the kernel documentation). */
export function rows(table: string): readonly { readonly port: number; readonly inode: string }[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const port = /:([0-9A-F]{4})$/.exec(columns[1] ?? '')?.[1];
      const inode = columns[9];
      return port === undefined || inode === undefined ? [] : [{ port: Number.parseInt(port, 16), inode }];
    });
}

/**
 * The UDP counters of the network name space of a process, IPv4 from /proc/<pid>/net/snmp and IPv6 from snmp6 (RFC 4113). After
 * the end of the process, those of this one, which are the same unless it had a name space of its own.
 */
export async function linuxUdpCounters(pid: number): Promise<readonly UdpCounters[]> {
  const read = async (file: string) => (await tableText(pid, file)) || tableText('self', file);
  const [names = [], values = []] = (await read('snmp'))
    .split('\n')
    .filter((line) => line.startsWith('Udp: '))
    .map((line) => line.split(' '));
  const six = (await read('snmp6')).split('\n').map((line) => line.trim().split(/\s+/));
  const four = names.map((name, i) => [name, values[i]] as const);
  const families = [
    { prefix: '', counts: new Map(four) },
    { prefix: 'Udp6', counts: new Map(six.map(([name = '', value]) => [name, value] as const)) },
  ];
  return families.flatMap(({ prefix, counts }) => {
    const count = (name: string): number => Number(counts.get(`${prefix}${name}`));
    const family = {
      received: count('InDatagrams'),
      noPort: count('NoPorts'),
      errors: count('InErrors'),
      sent: count('OutDatagrams'),
    };
    return Number.isNaN(family.received) ? [] : [family];
  });
}

async function socketInodes(pid: number): Promise<ReadonlySet<string>> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch((cause: unknown) => {
    throw unwatchable(pid, cause);
  });
  // A descriptor may be closed between the listing and the look at it.
  const targets = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => '')));
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

function unwatchable(pid: number, cause: unknown): ClusError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new ClusError(`there is no process ${pid}`, 'ERR_CLUSRPC_INVALID_INPUT', { cause });
  const foreign = code === 'EACCES' || code === 'EPERM';
  return new ClusError(
    foreign
      ? `process ${pid} belongs to another user`
      : `the sockets of process ${pid} cannot be read: ${code ?? String(cause)}`,
    'ERR_CLUSRPC_INVALID_INPUT',
    foreign ? { cause, advice: 'Watch it as that user, or as root.' } : { cause },
  );
}

/** A system without IPv6 has no such table. */
async function tableText(pid: number | 'self', file: string): Promise<string> {
  return readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => '');
}
