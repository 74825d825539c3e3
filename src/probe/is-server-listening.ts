import type { RpcBinding } from '../client/rpc-binding.ts';
import { decodeIsServerListeningResponse, MGMT } from '../interface/mgmt/index.ts';

const NO_PARAMETERS = new Uint8Array(0);

/** mgmt is_server_listening (C706 App. Q): idempotent, so that no callback is needed. Throws what RpcBinding.call throws. */
export async function isServerListening(server: RpcBinding): Promise<boolean> {
  const { stub, littleEndian } = await server.call(MGMT, MGMT.operations.is_server_listening, NO_PARAMETERS, {
    idempotent: true,
    name: 'is_server_listening',
  });
  const { status, listening } = decodeIsServerListeningResponse(stub, littleEndian);
  return status === 0 && listening;
}
