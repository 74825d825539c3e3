import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/bytes/hex.ts';
import {
  CL_TYPES,
  type ClHeader,
  type ClPdu,
  DREP_BIG_ENDIAN,
  DREP_LITTLE_ENDIAN,
  decodeCl,
  encodeCl,
} from '../../../src/pdu/cl/index.ts';
import { RemoteProtocolError } from '../../../src/status/errors.ts';
import { vector, vectors } from '../../vectors/index.ts';

describe.each(vectors)('$name', ({ datagram, type, header, body }) => {
  test('decodes to its header and body', () => {
    const pdu = decodeCl(datagram);
    expect(pdu.type).toBe(type);
    expect(plain(pdu.header)).toEqual(plain(header));
    if ('stub' in pdu) expect(toHex(pdu.stub)).toBe(toHex(body));
  });

  test('encodes to the same bytes', () => {
    expect(toHex(encodeCl({ ...decodeCl(datagram), header }))).toBe(toHex(datagram));
  });

  test('is too short at every shorter length', () => {
    for (let length = 0; length < datagram.length; length++) {
      expect(() => decodeCl(datagram.subarray(0, length))).toThrow(
        expect.objectContaining({ name: 'RemoteProtocolError', code: 'ERR_CLUSRPC_TOO_SHORT' }),
      );
    }
  });
});

test('the vectors show fields where they are said to be', () => {
  expect(decodeCl(vector('fault').datagram)).toMatchObject({ type: 'fault', status: 5 });
  expect(decodeCl(vector('reject').datagram)).toMatchObject({ status: 0x1c010003 });
  expect(decodeCl(vector('cl_cancel').datagram)).toMatchObject({ body: { version: 0, cancelId: 1 } });
  expect(decodeCl(vector('cancel_ack').datagram)).toMatchObject({ body: { version: 0, cancelId: 1, accepting: 1 } });
  expect(decodeCl(vector('fack').datagram)).toMatchObject({
    header: { fragment: 2 },
    body: { version: 1, windowSize: 8, maxTsdu: 4096, maxFragSize: 1464, serial: 5, selectiveAck: [6] },
  });
  expect(decodeCl(vector('nocall').datagram)).toMatchObject({
    header: { fragment: 0xffff },
    body: { selectiveAck: [] },
  });
});

test('every PDU type survives a round trip in both byte orders', () => {
  fc.assert(
    fc.property(pdus(), (pdu) => {
      const decoded = decodeCl(encodeCl(pdu));
      expect({ ...decoded, header: plain(decoded.header) }).toEqual({ ...pdu, header: plain(pdu.header) });
    }),
  );
});

test('old senders stop a fack body after 12 bytes, or send none', () => {
  const { datagram } = vector('fack');
  const old = withBodyLength(datagram.slice(0, 92), 12);
  expect(decodeCl(old)).toMatchObject({ body: { maxFragSize: 1464, serial: null, selectiveAck: [] } });
  expect(decodeCl(withBodyLength(datagram.slice(0, 80), 0))).toMatchObject({ type: 'fack', body: null });
});

test('a cancel and its acknowledgement without a body are orphans', () => {
  for (const name of ['cl_cancel', 'cancel_ack']) {
    const orphan = withBodyLength(vector(name).datagram.slice(0, 80), 0);
    expect(decodeCl(orphan)).toMatchObject({ body: null });
    expect(encodeCl(decodeCl(orphan))).toEqual(orphan);
  }
});

test('another RPC version, a connection-oriented type and an unknown byte order are refused', () => {
  const { datagram } = vector('ApiOpenCluster request');
  for (const [offset, value] of [
    [0, 5],
    [1, 11],
    [4, 0x20],
  ] as const) {
    const wrong = datagram.slice();
    wrong[offset] = value;
    expect(() => decodeCl(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_PROTOCOL' }));
  }
});

test('only the low bits of version and type count', () => {
  const datagram = vector('ApiOpenCluster request').datagram.slice();
  datagram[0] = 0xf4;
  datagram[1] = 0x40;
  expect(decodeCl(datagram).type).toBe('request');
});

test('an authenticated request keeps its trailer, and must have one', () => {
  const datagram = new Uint8Array(80 + 24 + 20).fill(0x55, 80);
  datagram.set(vector('response with').datagram);
  datagram[78] = 10;
  const pdu = decodeCl(datagram);
  expect(pdu).toMatchObject({ trailer: datagram.subarray(104) });
  expect(encodeCl(pdu)).toEqual(datagram);
  expect(() => decodeCl(datagram.subarray(0, 106))).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_TOO_SHORT' }));
});

test('any bytes give a PDU or a RemoteProtocolError', () => {
  const near = fc.tuple(
    fc.constantFrom(...vectors),
    fc.array(fc.tuple(fc.nat(240), fc.nat(255)), { maxLength: 6 }),
    fc.nat(300),
  );
  fc.assert(
    fc.property(near, ([{ datagram }, flips, length]) => {
      const bytes = datagram.slice(0, length);
      for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
      try {
        encodeCl(decodeCl(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(RemoteProtocolError);
      }
    }),
    { numRuns: 5_000 },
  );
});

function plain(header: ClHeader): unknown {
  return {
    ...header,
    object: toHex(header.object),
    interfaceId: toHex(header.interfaceId),
    activity: toHex(header.activity),
  };
}

function withBodyLength(datagram: Uint8Array, length: number): Uint8Array {
  datagram[74] = length;
  return datagram;
}

function pdus(): fc.Arbitrary<ClPdu> {
  const u8 = fc.nat(0xff);
  const u16 = fc.nat(0xffff);
  const u32 = fc.nat(0xffffffff);
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const header: fc.Arbitrary<ClHeader> = fc.record({
    flags1: u8,
    flags2: u8,
    drep: fc.constantFrom(DREP_LITTLE_ENDIAN, DREP_BIG_ENDIAN),
    object: id,
    interfaceId: id,
    activity: id,
    serverBoot: u32,
    interfaceMajor: u16,
    interfaceMinor: u16,
    sequence: u32,
    opnum: u16,
    interfaceHint: u16,
    activityHint: u16,
    fragment: u16,
    authProtocol: fc.constant(0),
    serial: u16,
  });
  const fack = fc.option(
    fc.record({
      version: u8,
      windowSize: u16,
      maxTsdu: u32,
      maxFragSize: u32,
      serial: u16,
      selectiveAck: fc.array(u32, { maxLength: 5 }),
    }),
  );
  const rest = {
    request: { stub: fc.uint8Array({ maxLength: 64 }), trailer: fc.constant(new Uint8Array(0)) },
    response: { stub: fc.uint8Array({ maxLength: 64 }), trailer: fc.constant(new Uint8Array(0)) },
    fault: { status: u32, trailer: fc.constant(new Uint8Array(0)) },
    reject: { status: u32 },
    ping: {},
    working: {},
    ack: {},
    nocall: { body: fack },
    fack: { body: fack },
    cl_cancel: { body: fc.option(fc.record({ version: u32, cancelId: u32 })) },
    cancel_ack: { body: fc.option(fc.record({ version: u32, cancelId: u32, accepting: u8 })) },
  };
  return fc.oneof(
    ...CL_TYPES.map((type) => fc.record({ type: fc.constant(type), header, ...rest[type] }) as fc.Arbitrary<ClPdu>),
  );
}
