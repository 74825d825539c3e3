import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import * as clusapi from '../../src/interface/clusapi/index.ts';
import { type ClusapiOperation, decodePropertyList, encodePropertyList } from '../../src/interface/clusapi/index.ts';
import { isClusError, RemoteProtocolError } from '../../src/status/errors.ts';
import { bytes, handle, nullable, u32, units } from './arbitraries.ts';

const OPERATIONS = Object.values<unknown>(clusapi).filter(
  (each): each is ClusapiOperation => typeof each === 'object' && each !== null && 'decodeRequest' in each,
);

const u64 = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn });
const sized = fc.uint8Array({ maxLength: 40 });

/** Every parameter by its name, since one name means one thing in all operations. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  cluster: handle,
  handle,
  node: handle,
  key: handle,
  resource: handle,
  dependent: handle,
  port: handle,
  name: units,
  subKey: units,
  typeName: units,
  nodeName: units,
  networkName: units,
  type: u32,
  code: u32,
  access: u32,
  index: u32,
  size: u32,
  input: nullable(bytes),
  subTree: fc.boolean(),
};

/** Names of the parameters of each request that has some; the operations that are not here have none. */
const REQUESTS: Readonly<Record<string, readonly string[]>> = {
  ApiOpenClusterEx: ['access'],
  ApiCloseCluster: ['cluster'],
  ApiCreateEnum: ['type'],
  ApiCanResourceBeDependent: ['resource', 'dependent'],
  ApiCreateResTypeEnum: ['typeName', 'type'],
  ApiGetNetInterface: ['nodeName', 'networkName'],
  ApiGetRootKey: ['access'],
  ApiOpenKey: ['key', 'subKey', 'access'],
  ApiEnumKey: ['key', 'index'],
  ApiQueryValue: ['key', 'name', 'size'],
  ApiEnumValue: ['key', 'index', 'size'],
  ApiAddNotifyKey: ['port', 'key', 'notifyKey', 'filter', 'subTree'],
  ApiGetKeySecurity: ['key', 'parts', 'size'],
  ApiResourceTypeControl: ['typeName', 'code', 'input', 'outputSize'],
};

function parametersOf({ name }: ClusapiOperation): readonly string[] {
  const known = REQUESTS[name];
  if (known !== undefined) return known;
  if (/^ApiOpen(?!Cluster)/.test(name)) return ['name'];
  if (/^ApiNode.*Control$/.test(name) && name !== 'ApiNodeControl')
    return ['handle', 'node', 'code', 'input', 'outputSize'];
  if (/Control$/.test(name)) return ['handle', 'code', 'input', 'outputSize'];
  if (/Enum$/.test(name)) return ['handle', 'type'];
  if (/^ApiReAddNotify/.test(name)) return ['port', 'handle', 'filter', 'notifyKey', 'stateSequence'];
  if (/^ApiAddNotify/.test(name)) return ['port', 'handle', 'filter', 'notifyKey'];
  return /^Api(Close|Get(Node|Group|Resource|Network|NetInterface)(Id|State|Type)|QueryInfoKey|GetNotify|Unblock)/.test(
    name,
  )
    ? ['handle']
    : [];
}

describe.each(OPERATIONS.map((operation) => [operation.name, operation] as const))('%s', (name, operation) => {
  test('has the number that the interface gives it', () => {
    expect(operation.opnum).toBe(clusapi.CLUSAPI_V3_OPERATIONS[name]);
  });

  test('carries its arguments unchanged, in both byte orders', () => {
    const fields = parametersOf(operation).map((field) => [field, FIELDS[field] ?? u32] as const);
    fc.assert(
      fc.property(fc.record(Object.fromEntries(fields)), fc.boolean(), (request, littleEndian) => {
        expect(operation.decodeRequest(operation.encodeRequest(request, littleEndian), littleEndian)).toEqual(request);
      }),
      { numRuns: 30 },
    );
  });

  test('carries a refusal in both versions, and 3.0 is never shorter', () => {
    const request = operation.decodeRequest(new Uint8Array(256), true);
    const refused = operation.refused(5, request);
    const stubs = ([2, 3] as const).map((version) => {
      const stub = operation.encodeResponse(refused, true, version);
      expect(operation.decodeResponse(stub, true, version)).toMatchObject({ ...refused, status: 5 });
      return stub.length;
    });
    expect([0, 4]).toContain((stubs[1] ?? 0) - (stubs[0] ?? 0));
  });

  test('reads any bytes as a value or ends in RemoteProtocolError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (stub, littleEndian) => {
        for (const decode of [operation.decodeRequest, operation.decodeResponse]) {
          try {
            decode(stub, littleEndian);
          } catch (error) {
            if (!(error instanceof RemoteProtocolError)) throw error;
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('there are as many operations as the emulated service may be asked for', () => {
  expect(OPERATIONS.length).toBeGreaterThanOrEqual(70);
  expect(new Set(OPERATIONS.map(({ opnum }) => opnum)).size).toBe(OPERATIONS.length);
});

test('ApiOpenNode of NODE1, its answer in 3.0 with rpc_status between status and handle', () => {
  expect(toHex(clusapi.ApiOpenNode.encodeRequest({ name: 'NODE1' }))).toBe(
    '0600000000000000060000004e004f0044004500310000 00'.replaceAll(' ', ''),
  );
  const { handle: opened, ...rest } = clusapi.ApiOpenNode.decodeResponse(
    fromHex(`05000000 07000000 00000000 ${'11'.repeat(16)}`.replaceAll(' ', '')),
    true,
    3,
  );
  expect(rest).toEqual({ status: 5, rpcStatus: 7 });
  expect(toHex(opened.uuid)).toBe('11'.repeat(16));
});

test('ApiClusterControl asks for the FQDN as Windows lays it out', () => {
  const uuid = fromHex('0201040305060708090a0b0c0d0e0f10');
  const stub = clusapi.ApiClusterControl.encodeRequest({
    handle: { attributes: 0, uuid },
    code: clusapi.controlCode('cluster', 'getFqdn'),
    input: null,
    outputSize: 512,
  });
  expect(toHex(stub)).toBe(`00000000${toHex(uuid)}3d00000700000000000000000002 0000`.replaceAll(' ', ''));
});

test('a control answers the room that was asked for, what is in it, and what it needs', () => {
  const response = { output: Uint8Array.of(0x41, 0, 0), outputSize: 8, required: 3, status: 0 };
  expect(toHex(clusapi.ApiNodeControl.encodeResponse(response))).toBe(
    '080000000000000003000000410000000300000003000000 00000000'.replaceAll(' ', ''),
  );
  expect(clusapi.ApiNodeControl.decodeResponse(clusapi.ApiNodeControl.encodeResponse(response, false), false)).toEqual(
    response,
  );
});

describe('property lists', () => {
  const value = fc.oneof(
    units,
    u32,
    u64,
    sized,
    fc.array(
      units.filter((text) => text !== ''),
      { maxLength: 3 },
    ),
  );

  test('come back as they were written', () => {
    const list = fc.array(fc.record({ name: units, values: fc.array(value, { maxLength: 3 }) }), { maxLength: 5 });
    fc.assert(
      fc.property(list, (properties) => {
        expect(decodePropertyList(encodePropertyList(properties))).toEqual(properties);
      }),
    );
  });

  test('are laid out as [MS-CMRP] 2.2.3.10 says: count, name, value, end mark', () => {
    expect(toHex(encodePropertyList([{ name: 'A', values: [7] }]))).toBe(
      ['01000000', '03000400', '04000000', '41000000', '02000100', '04000000', '07000000', '00000000'].join(''),
    );
  });

  test('that are broken anywhere end in an error of ours', () => {
    const whole = encodePropertyList([{ name: 'Name', values: ['files', 3, Uint8Array.of(1, 2, 3)] }]);
    for (let length = 0; length < whole.length; length++) {
      try {
        decodePropertyList(whole.subarray(0, length));
      } catch (error) {
        expect(isClusError(error)).toBe(true);
      }
    }
    expect(() => decodePropertyList(fromHex('01000000ffffffff00000000'))).toThrow(RemoteProtocolError);
  });
});
