import { TransportError } from '../status/errors.ts';

/** Binds the first port of the list that is free. Throws TransportError when none is. */
export async function bindFirst<T>(ports: Iterable<number>, bind: (port: number) => Promise<T>): Promise<T> {
  let tried = 0;
  let last: unknown;
  for (const port of ports) {
    try {
      return await bind(port);
    } catch (error) {
      if (!isAddressInUse(error)) throw error;
      tried += 1;
      last = error;
    }
  }
  if (tried <= 1 && last !== undefined) throw last;
  throw new TransportError(`none of the ${tried} local ports is free`, { cause: last, syscall: 'bind' });
}

/** Whether binding failed because somebody else has the port. */
export function isAddressInUse(error: unknown): boolean {
  const cause = error instanceof TransportError ? (error.cause as { code?: unknown } | undefined) : undefined;
  return cause?.code === 'EADDRINUSE';
}
