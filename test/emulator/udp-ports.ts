import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** UDP sockets of this process as Linux shows them, as `127.0.0.1:5000`, sorted. */
export function udpSocketsOfThisProcess(): readonly string[] {
  const ours = new Set(readdirSync('/proc/self/fd').map(socketInode));
  return udpSockets((inode) => ours.has(inode));
}

function udpSockets(counts: (inode: string) => boolean): readonly string[] {
  return readFileSync('/proc/self/net/udp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[9] !== undefined && counts(fields[9]))
    .map((fields) => readAddress(fields[1] as string))
    .sort();
}

/** The ports of those that are bound at one address, in order. */
export function boundPorts(host: string): readonly number[] {
  return portsAt(host, udpSocketsOfThisProcess());
}

/** The same, whichever process has them. */
export function boundPortsOfAll(host: string): readonly number[] {
  return portsAt(
    host,
    udpSockets(() => true),
  );
}

function portsAt(host: string, sockets: readonly string[]): readonly number[] {
  return sockets
    .filter((address) => address.startsWith(`${host}:`))
    .map((address) => Number(address.slice(host.length + 1)))
    .sort((a, b) => a - b);
}

function socketInode(fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    return undefined; // the descriptor of the directory listing itself is gone by now
  }
}

/** The address as the processor has it in memory, the port as text. */
function readAddress(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex').reverse();
  return `${[...bytes].join('.')}:${Number.parseInt(port, 16)}`;
}
