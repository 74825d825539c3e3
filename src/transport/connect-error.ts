import type { Address } from '../machine/contract.ts';
import { TransportError } from '../status/errors.ts';

/** Nothing came back in the time that a connection may take. */
export function connectTimeout({ host, port }: Address, timeout: number): TransportError {
  return new TransportError(`TCP port ${port} of ${host} did not answer within ${Math.round(timeout)} ms`, {
    code: 'ERR_CLUSRPC_TIMEOUT',
    syscall: 'connect',
  });
}

/** Why the system makes no connection. */
export function connectError({ host, port }: Address, cause: NodeJS.ErrnoException): TransportError {
  const why = CONNECT_ERRORS[cause.code ?? ''] ?? cause.message;
  return new TransportError(`TCP port ${port} of ${host}: ${why} (${cause.code})`, { cause, syscall: 'connect' });
}

const CONNECT_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'this machine must not send there',
  EADDRNOTAVAIL: 'this machine has no such address, or no local port left',
  ECONNREFUSED: 'the host refuses it: nothing listens there',
  ECONNRESET: 'the host broke the connection off',
  EHOSTUNREACH: 'a router or firewall says that it must not or cannot be reached',
  ENETUNREACH: 'there is no route to it',
  EPERM: 'a firewall of this machine forbids it',
  ETIMEDOUT: 'nobody answers',
};
