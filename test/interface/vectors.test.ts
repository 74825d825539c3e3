import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { uuid } from '../../src/bytes/uuid.ts';
import {
  ApiCreateEnum,
  ApiGetClusterName,
  ApiGetClusterVersion2,
  ApiOpenCluster,
  type ClusapiVersion,
} from '../../src/interface/clusapi/index.ts';
import { decodeConvcIndyRequest, encodeConvcIndyRequest } from '../../src/interface/conv/indy.ts';
import {
  decodeConvWhoAreYou2Request,
  decodeConvWhoAreYou2Response,
  encodeConvWhoAreYou2Request,
  encodeConvWhoAreYou2Response,
} from '../../src/interface/conv/who-are-you2.ts';
import {
  decodeEptMapRequest,
  decodeEptMapResponse,
  encodeEptMapRequest,
  encodeEptMapResponse,
} from '../../src/interface/epm/map.ts';
import { encodeTower } from '../../src/interface/epm/tower.ts';
import { operationName } from '../../src/interface/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../src/ndr/context-handle.ts';

interface Vector {
  readonly name: string;
  readonly header: {
    readonly type: string;
    readonly interface: string;
    readonly interfaceVersion: { readonly major: number };
    readonly opnum: number;
  };
  readonly body: string;
}

interface Expectation {
  readonly value: unknown;
  readonly decode: (stub: Uint8Array, version: ClusapiVersion) => unknown;
  readonly encode: (stub: Uint8Array, version: ClusapiVersion) => Uint8Array;
}

function expectation<T>(
  value: T,
  decode: (stub: Uint8Array, littleEndian: boolean, version?: ClusapiVersion) => T,
  encode: (value: T, littleEndian: boolean, version?: ClusapiVersion) => Uint8Array,
): Expectation {
  return {
    value,
    decode: (stub, version) => decode(stub, true, version),
    encode: (stub, version) => encode(decode(stub, true, version), true, version),
  };
}

const clusapi = { uuid: uuid('b97db8b2-4c63-11cf-bff6-08002be23f2f'), version: { major: 2, minor: 0 } };
const clusapiTower = (port: number, address: string): Uint8Array =>
  encodeTower({ interface: clusapi, protocol: 'ncadg_ip_udp', port, address });
const activity = uuid('11111111-2222-3333-4444-555555555502');
const casUuid = uuid('cccccccc-0000-1111-2222-333333333333');
const nodes = [
  { type: 1, name: 'NODE1' },
  { type: 1, name: 'NODE2' },
];
const windows2000 = {
  major: 5,
  minor: 0,
  build: 2195,
  vendorId: '',
  csdVersion: 'Service Pack 3',
  operational: { highest: 0x00030893, lowest: 0x000200e0, flags: 0 },
  status: 0,
};

const EXPECTED: Readonly<Record<string, Expectation>> = {
  'ApiOpenCluster response 2': expectation(
    { status: 0, cluster: { attributes: 0, uuid: uuid('deadbeef-0102-0304-0506-0708090a0b0c') } },
    ApiOpenCluster.decodeResponse,
    ApiOpenCluster.encodeResponse,
  ),
  'ept_map request 3': expectation(
    {
      object: new Uint8Array(16),
      tower: clusapiTower(135, '0.0.0.0'),
      entryHandle: NIL_CONTEXT_HANDLE,
      maxTowers: 4,
    },
    decodeEptMapRequest,
    encodeEptMapRequest,
  ),
  'ept_map response 3': expectation(
    { entryHandle: NIL_CONTEXT_HANDLE, maxTowers: 4, towers: [clusapiTower(1047, '10.0.0.5')], status: 0 },
    decodeEptMapResponse,
    encodeEptMapResponse,
  ),
  'conv_who_are_you2 request 3': expectation(
    { activity, bootTime: 0x3f5a1c20 },
    decodeConvWhoAreYou2Request,
    encodeConvWhoAreYou2Request,
  ),
  'conv_who_are_you2 response 3': expectation(
    { sequence: 0, casUuid, status: 0 },
    decodeConvWhoAreYou2Response,
    encodeConvWhoAreYou2Response,
  ),
  'convc_indy request 1': expectation({ casUuid }, decodeConvcIndyRequest, encodeConvcIndyRequest),
  'ApiCreateEnum response 2': expectation(
    { entries: nodes, status: 0 },
    ApiCreateEnum.decodeResponse,
    ApiCreateEnum.encodeResponse,
  ),
  'ApiCreateEnum response 3': expectation(
    { entries: nodes, rpcStatus: 0, status: 0 },
    ApiCreateEnum.decodeResponse,
    ApiCreateEnum.encodeResponse,
  ),
  ...Object.fromEntries(
    [2, 3].map((version) => [
      `ApiGetClusterName response ${version}`,
      expectation(
        { clusterName: 'MYCLUSTER', nodeName: 'NODE1', status: 0 },
        ApiGetClusterName.decodeResponse,
        ApiGetClusterName.encodeResponse,
      ),
    ]),
  ),
  'ApiGetClusterVersion2 response 2': expectation(
    windows2000,
    ApiGetClusterVersion2.decodeResponse,
    ApiGetClusterVersion2.encodeResponse,
  ),
  'ApiGetClusterVersion2 response 3': expectation(
    { ...windows2000, rpcStatus: 0 },
    ApiGetClusterVersion2.decodeResponse,
    ApiGetClusterVersion2.encodeResponse,
  ),
};

const file = new URL('../vectors/vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const withStub = vectors.filter(({ header, body }) => body !== '' && ['request', 'response'].includes(header.type));

function keyOf({ header }: Vector): string {
  return `${operationName(uuid(header.interface), header.opnum)} ${header.type} ${header.interfaceVersion.major}`;
}

test('every expectation is met by a vector', () => {
  expect(new Set(withStub.map(keyOf))).toEqual(new Set(Object.keys(EXPECTED)));
});

describe.each(withStub)('$name', (vector) => {
  const { value, decode, encode } = EXPECTED[keyOf(vector)] as Expectation;
  const version = vector.header.interfaceVersion.major === 2 ? 2 : 3;
  const stub = fromHex(vector.body);

  test('is decoded to what its name says', () => {
    expect(decode(stub, version)).toEqual(value);
  });

  test('is encoded to the same bytes again', () => {
    expect(toHex(encode(stub, version))).toBe(vector.body);
  });
});
