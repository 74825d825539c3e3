import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';

/** Why the system does not give a port to us. */
export function bindError(
  protocol: 'UDP' | 'TCP',
  { host, port }: Address,
  cause: Error & { readonly code?: string },
): TransportError {
  const what = port === 0 ? host : `${host} port ${port}`;
  const why = BIND_ERRORS[cause.code ?? ''] ?? cause.message;
  return new TransportError(`cannot bind ${protocol} ${what}: ${why}`, { cause, syscall: 'bind' });
}

const BIND_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'ports below 1024 need more rights',
};
