import { fromHex } from '../../src/bytes/hex.ts';
import { uuid } from '../../src/bytes/uuid.ts';
import type { ClHeader, ClType } from '../../src/pdu/cl/index.ts';
import file from './vectors.json' with { type: 'json' };

export interface Vector {
  readonly name: string;
  readonly datagram: Uint8Array;
  readonly type: ClType;
  readonly header: ClHeader;
  readonly body: Uint8Array;
}

/** Packets built field by field from the specifications and decoded by tshark without complaint. */
export const vectors: readonly Vector[] = file.vectors.map(({ name, hex, header: h, body }) => ({
  name,
  datagram: fromHex(hex),
  type: h.type as ClType,
  header: {
    flags1: h.flags1,
    flags2: h.flags2,
    drep: Number.parseInt(h.drep, 16),
    object: uuid(h.object),
    interfaceId: uuid(h.interface),
    activity: uuid(h.activity),
    serverBoot: h.serverBoot,
    interfaceMajor: h.interfaceVersion.major,
    interfaceMinor: h.interfaceVersion.minor,
    sequence: h.sequence,
    opnum: h.opnum,
    interfaceHint: h.interfaceHint,
    activityHint: h.activityHint,
    fragment: h.fragment,
    authProtocol: h.authProtocol,
    serial: h.serial,
  },
  body: fromHex(body),
}));

export function vector(name: string): Vector {
  const found = vectors.find((each) => each.name.startsWith(name));
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found;
}
