import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TransportError } from '../status/errors.ts';
import { atStage } from './stages.ts';

/** The address of a name; an address stands for itself. Throws TransportError with stage `resolve`. */
export async function resolveHost(name: string, { family = 0 }: { family?: 0 | 4 | 6 } = {}): Promise<string> {
  if (isIP(name) !== 0) return name;
  try {
    // Windows 2000 clusters answer over IPv4 only, so it goes first unless the caller says otherwise.
    return (await lookup(name, { family, order: 'ipv4first' })).address;
  } catch (cause) {
    const error = new TransportError(`the name ${JSON.stringify(name)} has no address`, {
      cause,
      syscall: 'getaddrinfo',
    });
    throw atStage(error, 'resolve');
  }
}
