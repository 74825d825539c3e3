import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TransportError } from '../status/errors.ts';
import { atStage } from './stages.ts';

/**
 * Spellings of IPv4 that the system's resolver still takes: octal and hexadecimal parts, fewer than four of them. `010.0.0.1` is
 * 8.0.0.1 to it and 10.0.0.1 to others.
 */
function isAmbiguousAddress(name: string): boolean {
  return /^(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?$/i.test(name);
}

/** The address of a name; an address stands for itself. Throws TransportError with stage `resolve`. */
export async function resolveHost(name: string, { family = 0 }: { family?: 0 | 4 | 6 } = {}): Promise<string> {
  if (isIP(name) !== 0) return name;
  if (isAmbiguousAddress(name)) {
    throw new TransportError(`${JSON.stringify(name)} is read as different addresses by different programs`, {
      stage: 'resolve',
      syscall: 'getaddrinfo',
      advice: 'Write an IPv4 address as four decimal numbers without leading zeros, such as 10.0.0.1.',
    });
  }
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
