import type { Acceptance, ActivitySecurity, ClientSecurity, SecuredPdu } from '../../../src/machine/cl/security.ts';
import { encodeCl, readSecurityTrailer } from '../../../src/pdu/cl/index.ts';

/*
 * Security for tests of the machines: it hides the body by one octet of key and appends its sum, so that whatever is sent
 * around it, changed or signed with another key shows.
 */

export const TOY_PROTOCOL = 0x0a;
const NOTHING = new Uint8Array(0);
const TOKEN_SIZE = 16;
const LEVEL = 6;

export interface ToyClientOptions {
  readonly secret?: number;
  /** key_vers_num */
  readonly key?: number;
  /** Bytes of the token: those of the secret repeated. */
  readonly tokenSize?: number;
  readonly refuses?: boolean;
  readonly calls?: number;
}

export function toyClient({
  secret = 0x5a,
  key = 0,
  tokenSize = 40,
  refuses = false,
  calls = 100_000,
}: ToyClientOptions = {}) {
  const challenges: Uint8Array[] = [];
  const security = (): ClientSecurity => ({
    ...toyContext(secret, key),
    calls,
    answer(challenge) {
      challenges.push(challenge);
      return refuses ? null : new Uint8Array(tokenSize).fill(secret);
    },
  });
  return { security, challenges };
}

/** `status`: what every client is refused with. */
export function toyProvider({ challenge = 64, status = 0 } = {}) {
  const tokens: Uint8Array[] = [];
  const accept = (_level: number, key: number): Acceptance => ({
    challenge: new Uint8Array(challenge).fill(0xcc),
    finish(token) {
      tokens.push(token);
      return status === 0 ? toyContext(token[0] ?? 0, key) : status;
    },
  });
  return { provider: new Map([[TOY_PROTOCOL, { accept }]]), tokens };
}

function toyContext(secret: number, key: number): ActivitySecurity {
  return {
    protocol: TOY_PROTOCOL,
    overhead: 4 + TOKEN_SIZE,
    seal(pdu) {
      if (pdu.header.authProtocol !== TOY_PROTOCOL) throw new Error('the header does not say that it is secured');
      const stub = bodyOf(pdu).map((octet) => octet ^ secret);
      const padding = pdu.type === 'fault' ? 4 : -stub.length & 7;
      const trailer = new Uint8Array(padding + 4 + TOKEN_SIZE);
      trailer.set([LEVEL, key], padding);
      trailer.fill(sum(bodyOf(pdu), secret), padding + 4);
      return pdu.type === 'fault'
        ? encodeCl({ ...pdu, status: (pdu.status ^ (secret * 0x01010101)) >>> 0, trailer })
        : encodeCl({ ...pdu, stub, trailer });
    },
    open(pdu) {
      const { key: named, token } = readSecurityTrailer(pdu);
      const clear: SecuredPdu =
        pdu.type === 'fault'
          ? { ...pdu, status: (pdu.status ^ (secret * 0x01010101)) >>> 0, trailer: NOTHING }
          : { ...pdu, stub: pdu.stub.map((octet) => octet ^ secret), trailer: NOTHING };
      return named === key && token[0] === sum(bodyOf(clear), secret) ? clear : null;
    },
  };
}

function bodyOf(pdu: SecuredPdu): Uint8Array {
  return pdu.type === 'fault' ? NOTHING : pdu.stub;
}

function sum(bytes: Uint8Array, secret: number): number {
  return bytes.reduce((total, octet) => (total * 31 + octet + secret) & 0xff, secret);
}
