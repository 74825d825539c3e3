import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { uuid } from '../../src/bytes/uuid.ts';
import {
  decodeEptLookupRequest,
  decodeEptLookupResponse,
  encodeEptLookupResponse,
} from '../../src/interface/epm/lookup.ts';
import { decodeEptMapRequest, decodeEptMapResponse, encodeEptMapResponse } from '../../src/interface/epm/map.ts';
import { decodeTower, decodeTowerFloors, encodeTower, encodeTowerFloors } from '../../src/interface/epm/tower.ts';
import { NIL_CONTEXT_HANDLE } from '../../src/ndr/context-handle.ts';
import { NDR } from '../../src/ndr/syntax.ts';
import { LocalMisuseError, RemoteProtocolError } from '../../src/status/errors.ts';
import { syntaxId, u16 } from './arbitraries.ts';

const clusapi = (major: number) => ({
  uuid: uuid('b97db8b2-4c63-11cf-bff6-08002be23f2f'),
  version: { major, minor: 0 },
});

const UDP_TOWER =
  '050013000db2b87db9634ccf11bff608002be23f2f02000200000013000d045d888aeb1cc9119fe808002b1048600200020000000' +
  '1000a020000000100080200041701000904000a000005';
const TCP_TOWER =
  '050013000db2b87db9634ccf11bff608002be23f2f03000200000013000d045d888aeb1cc9119fe808002b1048600200020000000' +
  '1000b020000000100070200c01201000904000a000005';

const SYNTAX_FLOORS = decodeTowerFloors(fromHex(TCP_TOWER)).slice(0, 2);
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const floor = (kind: number, right: Uint8Array) => ({ left: Uint8Array.of(kind), right });

describe('towers', () => {
  test.each([
    [UDP_TOWER, 'ncadg_ip_udp', 2, 1047],
    [TCP_TOWER, 'ncacn_ip_tcp', 3, 49170],
  ] as const)('a tower of five floors is 75 bytes with the port big-endian', (hex, protocol, major, port) => {
    const octets = encodeTower({ interface: clusapi(major), protocol, port, address: '10.0.0.5' });
    expect(toHex(octets)).toBe(hex);
    expect(octets.length).toBe(75);
    expect(decodeTower(fromHex(hex))).toEqual({
      interface: clusapi(major),
      transferSyntax: NDR,
      protocol,
      port,
      pipe: null,
      address: '10.0.0.5',
    });
  });

  test('any interface, port and address survive', () => {
    fc.assert(
      fc.property(
        syntaxId,
        syntaxId,
        u16,
        fc.ipV4(),
        fc.constantFrom('ncadg_ip_udp', 'ncacn_ip_tcp'),
        (id, transferSyntax, port, address, protocol) => {
          const tower = { interface: id, transferSyntax, protocol, port, address } as const;
          expect(decodeTower(encodeTower(tower))).toEqual({ ...tower, pipe: null });
        },
      ),
    );
  });

  test('a named pipe has a pipe and a NetBIOS name', () => {
    const octets = encodeTowerFloors([
      ...SYNTAX_FLOORS,
      floor(0x0b, Uint8Array.of(0, 0)),
      floor(0x0f, ascii('\\pipe\\spoolss\0')),
      floor(0x11, ascii('\\\\NODE1\0')),
    ]);
    expect(decodeTower(octets)).toMatchObject({
      protocol: 'ncacn_np',
      port: null,
      pipe: '\\pipe\\spoolss',
      address: '\\\\NODE1',
    });
  });

  test('a local endpoint has four floors and no address', () => {
    const octets = encodeTowerFloors([
      ...SYNTAX_FLOORS,
      floor(0x0c, Uint8Array.of(0, 0)),
      floor(0x10, ascii('LRPC1234\0')),
    ]);
    expect(decodeTower(octets)).toMatchObject({ protocol: 'ncalrpc', port: null, pipe: 'LRPC1234', address: null });
  });

  test('floors of a kind that nobody knows are no error', () => {
    const octets = encodeTowerFloors([
      ...SYNTAX_FLOORS,
      floor(0x42, ascii('?')),
      { left: ascii(''), right: ascii('') },
    ]);
    expect(decodeTower(octets)).toMatchObject({ interface: clusapi(3), protocol: null, port: null, address: null });
    expect(decodeTower(encodeTowerFloors(SYNTAX_FLOORS))).toMatchObject({ protocol: null });
  });

  test('every shorter tower is a RemoteProtocolError', () => {
    const octets = fromHex(TCP_TOWER);
    for (let length = 0; length < octets.length; length++) {
      expect(() => decodeTower(octets.subarray(0, length))).toThrow(RemoteProtocolError);
    }
  });

  test('a tower without interface, or with one of another kind, is refused', () => {
    expect(() => decodeTower(encodeTowerFloors([]))).toThrow(RemoteProtocolError);
    expect(() => decodeTower(encodeTowerFloors(SYNTAX_FLOORS.slice(1)))).toThrow(RemoteProtocolError);
    expect(() => decodeTower(encodeTowerFloors([floor(0x0e, ascii('xy')), ...SYNTAX_FLOORS]))).toThrow(
      RemoteProtocolError,
    );
  });

  test('65535 floors in four bytes are refused', () => {
    expect(() => decodeTower(fromHex('ffff0000'))).toThrow(expect.objectContaining({ code: 'ERR_CLUSRPC_TOO_SHORT' }));
  });

  test('random octets are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => {
        try {
          expect(decodeTower(octets)).toHaveProperty('interface');
        } catch (error) {
          expect(error).toBeInstanceOf(RemoteProtocolError);
        }
      }),
    );
  });

  test('a port or address that cannot be is a misuse', () => {
    const tower = { interface: clusapi(2), protocol: 'ncadg_ip_udp', port: 135, address: '10.0.0.5' } as const;
    for (const port of [-1, 65536, 1.5, Number.NaN])
      expect(() => encodeTower({ ...tower, port })).toThrow(LocalMisuseError);
    for (const address of ['10.0.0', '10.0.0.256', '::1', 'NODE1', '10.0.0.']) {
      expect(() => encodeTower({ ...tower, address })).toThrow(LocalMisuseError);
    }
  });
});

/** Stubs that impacket 0.10 made; its padding is not zero and its referent ids are random. */
describe('stubs of impacket', () => {
  const tower = (port: number, address: string) =>
    encodeTower({ interface: clusapi(2), protocol: 'ncacn_ip_tcp', port, address });

  test('an ept_lookup request by interface', () => {
    const stub =
      '0100000000000000a8f20000b2b87db9634ccf11bff608002be23f2f020000000300000000000000000000000000000000000000' +
      '00000000f4010000';
    expect(decodeEptLookupRequest(fromHex(stub), true)).toEqual({
      inquiryType: 1,
      object: null,
      interfaceId: clusapi(2),
      versionOption: 3,
      entryHandle: NIL_CONTEXT_HANDLE,
      maxEntries: 500,
    });
  });

  test('an ept_lookup response of two entries', () => {
    const stub =
      '000000000000000000000000000000000000000002000000020000000000000002000000111111112222333344445555555555559f' +
      '260000000000000a0000004e4f444531206f6e6500abab111111112222333344445555555555551465000000000000020000007800' +
      'eeee4b0000004b000000050013000db2b87db9634ccf11bff608002be23f2f02000200000013000d045d888aeb1cc9119fe808002b' +
      '10486002000200000001000b020000000100070200c01201000904000a000005ee4b0000004b000000050013000db2b87db9634ccf' +
      '11bff608002be23f2f02000200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b02000000010007020004' +
      '0101000904000a000005bf00000000';
    const object = uuid('11111111-2222-3333-4444-555555555555');
    expect(decodeEptLookupResponse(fromHex(stub), true)).toEqual({
      entryHandle: NIL_CONTEXT_HANDLE,
      maxEntries: 2,
      entries: [
        { object, tower: tower(49170, '10.0.0.5'), annotation: 'NODE1 one' },
        { object, tower: tower(1025, '10.0.0.5'), annotation: 'x' },
      ],
      status: 0,
    });
  });

  test('an ept_map request without an object', () => {
    const stub =
      '000000008c1200004b0000004b000000050013000db2b87db9634ccf11bff608002be23f2f02000200000013000d045d888aeb1cc9' +
      '119fe808002b10486002000200000001000b020000000100070200c01201000904000a000005ab0000000000000000000000000000' +
      '00000000000004000000';
    expect(decodeEptMapRequest(fromHex(stub), true)).toEqual({
      object: null,
      tower: tower(49170, '10.0.0.5'),
      entryHandle: NIL_CONTEXT_HANDLE,
      maxTowers: 4,
    });
  });

  test('an ept_map response of two towers together with "not registered"', () => {
    const stub =
      '00000000000000000000000000000000000000000200000002000000000000000200000040d20000308900004b0000004b00000005' +
      '0013000db2b87db9634ccf11bff608002be23f2f02000200000013000d045d888aeb1cc9119fe808002b1048600200020000000100' +
      '0b020000000100070200c01201000904000a000006ee4b0000004b000000050013000db2b87db9634ccf11bff608002be23f2f0200' +
      '0200000013000d045d888aeb1cc9119fe808002b10486002000200000001000b020000000100070200c01301000904000a000006bf' +
      'd6a0c916';
    expect(decodeEptMapResponse(fromHex(stub), true)).toEqual({
      entryHandle: NIL_CONTEXT_HANDLE,
      maxTowers: 2,
      towers: [tower(49170, '10.0.0.6'), tower(49171, '10.0.0.6')],
      status: 0x16c9a0d6,
    });
  });
});

describe('answers of a mapper', () => {
  test('two pointers with one id mean the same tower', () => {
    const one = encodeEptMapResponse({
      entryHandle: NIL_CONTEXT_HANDLE,
      maxTowers: 4,
      towers: [fromHex(UDP_TOWER)],
      status: 0,
    });
    const twice = `${toHex(one.subarray(0, 20))}02000000040000000000000002000000${'03000000'.repeat(2)}${toHex(one.subarray(40))}`;
    expect(decodeEptMapResponse(fromHex(twice), true).towers.map(toHex)).toEqual([UDP_TOWER, UDP_TOWER]);
  });

  test('null pointers are left out, and num_towers is not believed', () => {
    const stub = `${'00'.repeat(20)}07000000040000000000000002000000${'00000000'.repeat(2)}d6a0c916`;
    expect(decodeEptMapResponse(fromHex(stub), true)).toMatchObject({ towers: [], maxTowers: 4, status: 0x16c9a0d6 });
  });

  test('more towers than the array has room for are refused', () => {
    const stub = `${'00'.repeat(20)}02000000010000000000000002000000${'00000000'.repeat(3)}`;
    expect(() => decodeEptMapResponse(fromHex(stub), true)).toThrow(RemoteProtocolError);
  });

  test('a tower whose two lengths differ is refused', () => {
    const stub = `0000000001000000020000000100000000000000${'00'.repeat(24)}`;
    expect(() => decodeEptMapRequest(fromHex(stub), true)).toThrow(RemoteProtocolError);
  });

  test('an annotation of more than 63 characters is a misuse', () => {
    const entry = { object: new Uint8Array(16), tower: null, annotation: 'a'.repeat(64) };
    const response = { entryHandle: NIL_CONTEXT_HANDLE, maxEntries: 1, entries: [entry], status: 0 };
    expect(() => encodeEptLookupResponse(response)).toThrow(LocalMisuseError);
  });
});
