import { readdir, readFile, readlink } from 'node:fs/promises';
import { ClusError } from '../status/errors.ts';

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
async function tableText(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => '');
}
