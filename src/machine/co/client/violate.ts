import { type CoClientContext, endConnection } from './state.ts';

/** The server broke the protocol: nothing that it says on this connection is trusted any more. */
export function violate(context: CoClientContext, reason: string): void {
  endConnection(context, () => ({ kind: 'violation', reason }));
}
