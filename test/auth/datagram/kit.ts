import { NtlmClientSecurity, type NtlmClientSecurityOptions } from '../../../src/auth/datagram/client-security.ts';
import { NTLM_PROTOCOL } from '../../../src/auth/datagram/level.ts';
import { NtlmProvider, type NtlmProviderOptions } from '../../../src/auth/datagram/server-security.ts';
import { type PairOptions, pair, SERVER } from '../../machine/cl/pair.ts';
import { request } from '../../machine/cl/scripted.ts';
import { accounts, credential, NAMES, NOW, seeded } from '../ntlm/kit.ts';

export function clientSecurity(options: Partial<NtlmClientSecurityOptions> = {}): NtlmClientSecurity {
  return new NtlmClientSecurity({
    credential: credential(),
    workstation: 'ADMIN1',
    level: 'privacy',
    random: seeded('client'),
    now: () => NOW,
    ...options,
  });
}

export function provider(options: Partial<NtlmProviderOptions> = {}): NtlmProvider {
  return new NtlmProvider({ accounts: accounts(), names: NAMES, random: seeded('server'), now: () => NOW, ...options });
}

/** A stub as the receiver of a protected padding gets it. */
export function padded(stub: Uint8Array): Uint8Array {
  const out = new Uint8Array((stub.length + 7) & ~7);
  out.set(stub);
  return out;
}

export type NtlmPairOptions = Omit<PairOptions, 'client' | 'server'> & {
  readonly client?: Partial<NtlmClientSecurityOptions>;
  readonly server?: Partial<NtlmProviderOptions>;
};

/** A pair of machines whose binding 2 is secured by NTLM, and the datagrams of both ways. */
export async function ntlmPair({ client = {}, server = {}, ...options }: NtlmPairOptions = {}) {
  const seen: Uint8Array[] = [];
  const note = (datagram: Uint8Array): boolean => {
    seen.push(datagram.slice());
    return true;
  };
  const both = await pair({
    serverGate: note,
    clientGate: note,
    serverOptions: { security: new Map([[NTLM_PROTOCOL, provider(server)]]) },
    ...options,
  });
  const random = seeded('activities');
  both.clientEnd.handle({
    kind: 'bind',
    binding: 2,
    to: SERVER,
    security: () => clientSecurity({ random, ...client }),
  });
  let calls = 1_000;
  const call = (stub: Uint8Array): ReturnType<typeof both.finish> => {
    calls += 1;
    const interfaceId = { uuid: request().header.interfaceId, version: { major: 1, minor: 2 } };
    both.clientEnd.handle({
      kind: 'call',
      call: calls,
      binding: 2,
      interfaceId,
      opnum: 0,
      stub,
      semantics: 'at-most-once',
    });
    return both.finish(calls);
  };
  return { ...both, call, seen };
}
