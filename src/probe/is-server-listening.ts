import type { Caller } from '../client/caller.ts';
import { decodeIsServerListeningResponse, MGMT } from '../interface/mgmt/index.ts';

const NO_PARAMETERS = new Uint8Array(0);

/** mgmt is_server_listening (C706 App. Q): idempotent, so that no callback is needed. Throws what Caller.call throws. */
export async function isServerListening(server: Caller): Promise<boolean> {
  const { stub, littleEndian } = await server.call(MGMT, MGMT.operations.is_server_listening, NO_PARAMETERS, {
    semantics: 'idempotent',
    name: 'is_server_listening',
  });
  const { status, listening } = decodeIsServerListeningResponse(stub, littleEndian);
  return status === 0 && listening;
}
