import { sameUuid } from '../bytes/uuid.ts';
import { CONV, CONVC } from '../interface/conv/index.ts';
import { EPM } from '../interface/epm/index.ts';
import { MGMT } from '../interface/mgmt/index.ts';
import { type ClType, decodeHeader } from '../pdu/cl/index.ts';
import type { RpcServer } from '../server/rpc-server.ts';
import { RemoteProtocolError } from '../status/errors.ts';
import type { EndpointMap } from './endpoint-map.ts';

/** What a client sends to a server; answers to the mapper's own callbacks stay with the mapper. */
const CLIENT_TYPES: readonly ClType[] = ['request', 'ping', 'ack', 'cl_cancel', 'fack'];

/** Interfaces that the mapper has itself, as every server does. */
const OWN = [EPM, MGMT, CONV, CONVC];

/**
 * The server on the mapper's host that a datagram at the mapper's port is meant for ([MS-RPCE] 4.5); null: the mapper itself, which rejects what nobody
 * registered.
 */
export function forwardTarget(map: EndpointMap, datagram: Uint8Array): RpcServer | null {
  try {
    const { type, header } = decodeHeader(datagram);
    if (!CLIENT_TYPES.includes(type) || OWN.some(({ uuid }) => sameUuid(uuid, header.interfaceId))) return null;
    return map.serverOf(header.interfaceId, header.interfaceMajor);
  } catch (error) {
    if (error instanceof RemoteProtocolError) return null;
    throw error;
  }
}
