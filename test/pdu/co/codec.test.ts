import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/bytes/hex.ts';
import {
  CO_BIG_ENDIAN,
  CO_LITTLE_ENDIAN,
  CO_TYPES,
  type CoPdu,
  decodeCo,
  encodeCo,
  PFC,
} from '../../../src/pdu/co/index.ts';
import { RemoteProtocolError } from '../../../src/status/errors.ts';
import { coVectors } from '../../vectors/co.ts';

describe.each(coVectors)('$name', ({ bytes, decoded }) => {
  test('decodes to its fields', () => {
    expect(decodeCo(bytes)).toEqual(decoded);
  });

  test('encodes to the same bytes', () => {
    expect(toHex(encodeCo(decoded))).toBe(toHex(bytes));
  });

  test('is too short at every shorter length', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCo(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ name: 'RemoteProtocolError', code: 'ERR_CLUSRPC_TOO_SHORT' }),
      );
    }
  });

  test('is refused when its body ends anywhere before it should', () => {
    for (let length = 16; length < bytes.length; length++) {
      const cut = bytes.slice(0, length);
      new DataView(cut.buffer).setUint16(8, length, (bytes[4] ?? 0) === 0x10);
      valueOrRemoteError(cut);
    }
  });
});

test('there is a vector of every type', () => {
  expect([...new Set(coVectors.map(({ decoded }) => decoded.type))].sort()).toEqual([...CO_TYPES].sort());
});

test('every PDU type survives a round trip in both byte orders', () => {
  fc.assert(
    fc.property(pdus(), (pdu) => {
      expect(decodeCo(encodeCo(pdu))).toEqual(pdu);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['another RPC version', 0, 4],
  ['a minor version above 1', 1, 2],
  ['a connectionless type', 2, 6],
  ['RPC over HTTP', 2, 20],
  ['an unknown byte order', 4, 0x20],
])('%s is refused', (_what, offset, value) => {
  const wrong = (coVectors[0]?.bytes ?? new Uint8Array()).slice();
  wrong[offset] = value;
  expect(() => decodeCo(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_PROTOCOL' }));
});

test('a length that leaves no room for the token is refused, and so is padding that begins before the body', () => {
  const signed = coVectors.find(({ name }) => name === 'request with padding and signature')?.bytes ?? new Uint8Array();
  const longToken = signed.slice();
  longToken[10] = 0x30;
  expect(() => decodeCo(longToken)).toThrow(/has to have at least/);
  const padding = signed.slice();
  padding[34] = 21;
  expect(() => decodeCo(padding)).toThrow(RemoteProtocolError);
});

test('any bytes give a PDU or a RemoteProtocolError', () => {
  const near = fc.tuple(
    fc.constantFrom(...coVectors),
    fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }),
    fc.nat(140),
  );
  fc.assert(
    fc.property(near, ([{ bytes }, flips, length]) => {
      const mutated = bytes.slice(0, length);
      for (const [at, value] of flips) if (at < mutated.length) mutated[at] = value;
      valueOrRemoteError(mutated);
    }),
    { numRuns: 10_000 },
  );
});

function valueOrRemoteError(bytes: Uint8Array): void {
  try {
    encodeCo(decodeCo(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(RemoteProtocolError);
  }
}

function pdus(): fc.Arbitrary<CoPdu> {
  const u8 = fc.nat(0xff);
  const u16 = fc.nat(0xffff);
  const u32 = fc.nat(0xffffffff);
  const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength });
  const header = fc.record({
    minorVersion: fc.nat(1),
    flags: u8.map((flags) => flags & ~PFC.objectUuid),
    drep: fc.constantFrom(CO_LITTLE_ENDIAN, CO_BIG_ENDIAN),
    callId: u32,
  });
  const verifier = fc.record({ padding: bytes(15), type: u8, level: u8, contextId: u32, token: bytes(40, 1) });
  const auth = fc.option(verifier);
  const syntax = fc.record({ uuid: bytes(16, 16), version: fc.record({ major: u16, minor: u16 }) });
  const contexts = fc.array(
    fc.record({ id: u16, interface: syntax, transferSyntaxes: fc.array(syntax, { maxLength: 3 }) }),
    { maxLength: 3 },
  );
  const bind = { header, maxXmitFrag: u16, maxRecvFrag: u16, assocGroup: u32, contexts, auth };
  const results = fc.array(fc.record({ result: u16, reason: u16, transferSyntax: syntax }), { maxLength: 3 });
  const secondaryAddress = fc.stringMatching(/^[0-9]{0,5}$/);
  const ack = { header, maxXmitFrag: u16, maxRecvFrag: u16, assocGroup: u32, secondaryAddress, results, auth };
  const data = { header, allocHint: u32, contextId: u16, stub: bytes(40), auth };
  const type = <T extends CoPdu['type']>(name: T) => fc.constant(name);
  const request = fc
    .record({ type: type('request'), ...data, opnum: u16, object: fc.option(bytes(16, 16)) })
    .map((pdu) => ({
      ...pdu,
      header: { ...pdu.header, flags: pdu.object === null ? pdu.header.flags : pdu.header.flags | PFC.objectUuid },
    }));
  return fc.oneof(
    request,
    fc.record({ type: type('response'), ...data, cancelCount: u8 }),
    fc.record({ type: type('fault'), ...data, cancelCount: u8, status: u32 }),
    fc.record({ type: type('bind'), ...bind }),
    fc.record({ type: type('alter_context'), ...bind }),
    fc.record({ type: type('bind_ack'), ...ack }),
    fc.record({ type: type('alter_context_resp'), ...ack }),
    fc.record({
      type: type('bind_nak'),
      header,
      reason: u16,
      versions: fc.array(fc.record({ major: u8, minor: u8 }), { maxLength: 3 }),
    }),
    fc.record({ type: type('auth3'), header, auth: verifier }),
    fc.record({ type: type('shutdown'), header }),
    fc.record({ type: type('co_cancel'), header, auth }),
    fc.record({ type: type('orphaned'), header, auth }),
  );
}
