import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';

/** What ICMP "port unreachable" becomes; Windows has a name of its own for it. */
const REFUSALS = ['ECONNREFUSED', 'ECONNRESET'];

export const REFUSED = 'the host refuses it: nothing listens there';

export function saysRefused(code: unknown): code is string {
  return typeof code === 'string' && REFUSALS.includes(code);
}

/** Nothing listens at that UDP port; `code` is the system's word for it. */
export function refusedPort({ host, port }: Address, code: string): TransportError {
  const cause = Object.assign(new Error(code), { code });
  return new TransportError(`UDP port ${port} of ${host}: ${REFUSED} (${code})`, { cause, syscall: 'connect' });
}

export function isRefusedPort(error: unknown): boolean {
  return error instanceof TransportError && saysRefused((error.cause as { code?: unknown } | undefined)?.code);
}
