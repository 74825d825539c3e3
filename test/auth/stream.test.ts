import { describe, expect, test } from 'vitest';
import { AUTH_LEVELS, type AuthLevel } from '../../src/auth/datagram/level.ts';
import { SpnegoClient } from '../../src/auth/spnego/client.ts';
import { decodeElement } from '../../src/auth/spnego/der.ts';
import { decodeNegToken, encodeNegTokenResp, NEG_STATE, NTLMSSP_OID } from '../../src/auth/spnego/neg-token.ts';
import { SpnegoServer } from '../../src/auth/spnego/server.ts';
import { NtlmConnectionClient } from '../../src/auth/stream/ntlm-client.ts';
import { NtlmConnectionServer } from '../../src/auth/stream/ntlm-server.ts';
import { acceptLogons, STREAM_PROVIDER } from '../../src/auth/stream/provider.ts';
import type { SessionSecurity } from '../../src/auth/stream/session-security.ts';
import { RemoteProtocolError } from '../../src/status/errors.ts';
import { accounts, credential, NAMES, NOW, seeded } from './ntlm/kit.ts';

const SERVER = { accounts: accounts(), names: NAMES, random: seeded('server'), now: () => NOW };

function pair(level: AuthLevel, provider: keyof typeof STREAM_PROVIDER, password = 'Secret.1') {
  const ntlm = new NtlmConnectionClient({
    level,
    credential: credential('ops', password),
    workstation: 'ADMIN1',
    random: seeded('client'),
    now: () => NOW,
  });
  const server = acceptLogons(SERVER)(STREAM_PROVIDER[provider], ntlm.level);
  if (server === null) throw new Error('no such provider');
  return { client: provider === 'ntlm' ? ntlm : new SpnegoClient(ntlm), server };
}

/** Carries the tokens to the end; `alter` may change one, numbered from 0. */
function logOn(
  { client, server }: { client: SessionSecurity; server: SessionSecurity },
  alter = (t: Uint8Array, _: number) => t,
) {
  let number = 0;
  for (let token = client.step(null).token; token !== null; ) {
    const answer = server.step(alter(token, number++)).token;
    if (answer === null) return number;
    token = client.step(alter(answer, number++)).token;
  }
  return number;
}

describe.each(['ntlm', 'negotiate'] as const)('%s over a connection', (provider) => {
  test.each(AUTH_LEVELS)('at level %s both ends agree, to and fro', (level) => {
    const both = pair(level, provider);
    expect(logOn(both)).toBe(provider === 'ntlm' ? 3 : 4);
    const { client, server } = both;
    expect(server.user).toBe('LAB\\ops');
    for (let i = 0; i < 5; i++) {
      const [from, to] = i % 2 === 0 ? [client, server] : [server, client];
      const message = Uint8Array.from({ length: 40 }, (_, at) => at * i);
      if (level === 'privacy') {
        const sealed = message.slice();
        const signature = from.seal(sealed, sealed.subarray(16, 32));
        expect(sealed.subarray(0, 16)).toEqual(message.subarray(0, 16));
        expect(sealed.subarray(16, 32)).not.toEqual(message.subarray(16, 32));
        expect(to.unseal(sealed, sealed.subarray(16, 32), signature)).toBe(true);
        expect(sealed).toEqual(message);
      } else expect(to.verify(message, from.sign(message))).toBe(true);
    }
  });

  test('a header that was changed does not verify, sealed or signed', () => {
    const { client, server } = pair('privacy', provider);
    logOn({ client, server });
    const message = new Uint8Array(40);
    const signature = client.seal(message, message.subarray(16, 32));
    message[3] = 1;
    expect(server.unseal(message, message.subarray(16, 32), signature)).toBe(false);
  });

  test('a wrong password ends the logon at the server, who says why to its own log only', () => {
    const both = pair('privacy', provider, 'wrong');
    expect(() => logOn(both)).toThrow(/refused: wrong-password/);
    expect(both.server.user).toBeNull();
  });

  test('whatever bytes come as a token, it is a RemoteProtocolError', () => {
    const random = seeded('tokens');
    const honest: Uint8Array[] = [];
    logOn(pair('privacy', provider), (token) => {
      honest.push(token);
      return token;
    });
    for (let i = 0; i < 400; i++) {
      const at = i % honest.length;
      const damage = (token: Uint8Array, number: number) => {
        if (number !== at) return token;
        const [place = 0, what = 0, cut = 0] = random(3);
        const broken = token.slice(0, i % 5 === 0 ? cut % token.length : token.length);
        if (broken.length > 0) broken[(place * 7) % broken.length] = what;
        return broken;
      };
      try {
        logOn(pair('privacy', provider), damage);
      } catch (error) {
        expect(error).toBeInstanceOf(RemoteProtocolError);
      }
    }
  });
});

describe('SPNEGO', () => {
  test('offers NTLM alone, in the frame of GSS', () => {
    const { client } = pair('privacy', 'negotiate');
    const token = client.step(null).token ?? new Uint8Array(0);
    expect(Buffer.from(token).toString('hex')).toMatch(/^60[0-9a-f]{2}06062b0601050502a0/);
    expect(decodeNegToken(token)).toMatchObject({ kind: 'init', mechTypes: [NTLMSSP_OID] });
  });

  test('notices a list of mechanisms that was changed on the way', () => {
    const both = pair('privacy', 'negotiate');
    const other = (token: Uint8Array, number: number) => {
      const message = decodeNegToken(token);
      if (number !== 2 || message.kind === 'init') return token;
      return encodeNegTokenResp({ ...message, mechListMic: new Uint8Array(16) });
    };
    expect(() => logOn(both, other)).toThrow(/list of mechanisms/);
  });

  test('asks a client that prefers another mechanism for a signature, and takes NTLM', () => {
    const { client, server } = pair('integrity', 'negotiate');
    const init = decodeNegToken(client.step(null).token ?? new Uint8Array(0));
    if (init.kind !== 'init' || init.mechToken === null) throw new Error('no offer');
    const { kerberosFirst } = offers(init.mechToken);
    const answer = decodeNegToken(server.step(kerberosFirst).token ?? new Uint8Array(0));
    expect(answer).toMatchObject({
      kind: 'resp',
      state: NEG_STATE.requestMic,
      supportedMech: NTLMSSP_OID,
      responseToken: null,
    });
    const challenge = decodeNegToken(
      server.step(encodeNegTokenResp({ responseToken: init.mechToken })).token ?? new Uint8Array(0),
    );
    expect(challenge).toMatchObject({ kind: 'resp', state: NEG_STATE.acceptIncomplete });
    const authenticate = decodeNegToken(
      client.step(encodeNegTokenResp({ ...(challenge.kind === 'resp' ? challenge : {}) })).token ?? new Uint8Array(0),
    );
    // The client signed the list that it meant, with NTLM alone: it is not the one that came.
    const token = encodeNegTokenResp(authenticate.kind === 'resp' ? authenticate : {});
    expect(() => server.step(token)).toThrow(/list of mechanisms/);
  });

  test('lengths of DER that are not there end in RemoteProtocolError', () => {
    for (const bytes of [[], [0x30], [0x30, 0x80], [0x30, 0x84, 1, 1, 1, 1], [0x30, 5, 1]])
      expect(() => decodeElement(Uint8Array.from(bytes))).toThrow(RemoteProtocolError);
  });
});

test('a level that is none, or a provider that is not there, is not accepted', () => {
  const accept = acceptLogons(SERVER);
  expect([accept(10, 0), accept(10, 1), accept(10, 7), accept(16, 6)]).toEqual([null, null, null, null]);
  expect(accept(10, 3)).toBeInstanceOf(NtlmConnectionServer);
  expect(accept(9, 6)).toBeInstanceOf(SpnegoServer);
});

/** A NegTokenInit that has Kerberos first, with a token that is not NTLM's. */
function offers(token: Uint8Array) {
  const kerberos = Buffer.from('06092a864886f712010202', 'hex');
  const ntlm = Buffer.concat([Uint8Array.of(0x06, NTLMSSP_OID.length), NTLMSSP_OID]);
  const wrap = (tag: number, ...parts: Uint8Array[]): Buffer => {
    const body = Buffer.concat(parts);
    return Buffer.concat([
      body.length < 128 ? Uint8Array.of(tag, body.length) : Uint8Array.of(tag, 0x81, body.length),
      body,
    ]);
  };
  const list = wrap(0xa0, wrap(0x30, kerberos, ntlm));
  const sequence = wrap(0x30, list, wrap(0xa2, wrap(0x04, token)));
  return { kerberosFirst: new Uint8Array(wrap(0x60, Buffer.from('06062b0601050502', 'hex'), wrap(0xa0, sequence))) };
}
