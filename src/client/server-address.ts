import { isIP } from 'node:net';
import type { Address } from '../machine/contract.ts';
import { invalidOption, LARGEST_PORT } from '../status/options.ts';

/** Throws LocalMisuseError for what can be no address of a server. */
export function checkServerAddress({ host, port }: Address): void {
  if (isIP(host) !== 0 && port >= 1 && port <= LARGEST_PORT) return;
  throw invalidOption(`${host} port ${port} is no address of a server`);
}
