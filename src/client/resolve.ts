import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TransportError } from '../status/errors.ts';

/** The address of a name; an address stands for itself. Throws TransportError with stage `resolve`. */
export async function resolveHost(name: string, { family = 0 }: { family?: 0 | 4 | 6 } = {}): Promise<string> {
  if (isIP(name) !== 0) return name;
  try {
    // Windows 2000 clusters answer over IPv4 only, so it goes first unless the caller says otherwise.
    return (await lookup(name, { family, order: 'ipv4first' })).address;
  } catch (cause) {
    throw new TransportError(`the name ${JSON.stringify(name)} has no address`, {
      cause,
      syscall: 'getaddrinfo',
      stage: 'resolve',
      advice: 'Check the spelling, or give an IP address; CLUSRPC_HOSTS=NAME=ADDRESS:PORT points a name at a mapper.',
    });
  }
}
