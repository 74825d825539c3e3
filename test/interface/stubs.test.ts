import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { uuid } from '../../src/bytes/uuid.ts';
import { CLUSAPI_V2, CLUSAPI_V3 } from '../../src/interface/clusapi/identity.ts';
import {
  ApiCreateEnum,
  ApiGetClusterName,
  ApiGetClusterVersion,
  ApiGetClusterVersion2,
} from '../../src/interface/clusapi/index.ts';
import { CONV, CONVC } from '../../src/interface/conv/identity.ts';
import {
  encodeConvWhoAreYouAuthRequest,
  encodeConvWhoAreYouAuthResponse,
} from '../../src/interface/conv/who-are-you-auth.ts';
import {
  decodeConvWhoAreYouAuthMoreResponse,
  encodeConvWhoAreYouAuthMoreRequest,
  encodeConvWhoAreYouAuthMoreResponse,
} from '../../src/interface/conv/who-are-you-auth-more.ts';
import { EPM } from '../../src/interface/epm/identity.ts';
import { INTERFACES, interfaceName, operationName } from '../../src/interface/index.ts';
import { MGMT } from '../../src/interface/mgmt/identity.ts';
import { decodeInqIfIdsResponse } from '../../src/interface/mgmt/inq-if-ids.ts';
import { encodeInqPrincNameResponse } from '../../src/interface/mgmt/inq-princ-name.ts';
import { decodeInqStatsResponse, encodeInqStatsResponse } from '../../src/interface/mgmt/inq-stats.ts';
import { encodeIsServerListeningResponse } from '../../src/interface/mgmt/is-server-listening.ts';
import { RemoteProtocolError } from '../../src/status/errors.ts';

const joined = (...parts: readonly string[]): string => parts.join('').replaceAll(' ', '');

const ACTIVITY = '11111111 2222 3333 4444 555555555502';
const activity = uuid('11111111-2222-3333-4444-555555555502');
const CAS = 'cccccccc 0000 1111 2222 333333333333';
const casUuid = uuid('cccccccc-0000-1111-2222-333333333333');

test('conv_who_are_you_auth has the token ahead of its length', () => {
  const request = { activity, bootTime: 0x3f5a1c20, inData: Uint8Array.of(1, 2, 3, 4, 5), outMaxLength: 0x1000 };
  expect(toHex(encodeConvWhoAreYouAuthRequest(request))).toBe(
    joined(ACTIVITY, '201c5a3f', '05000000 0102030405 000000', '05000000', '00100000'),
  );
  const response = { sequence: 7, casUuid, maxLength: 0x1000, data: Uint8Array.of(9, 8, 7), status: 0 };
  expect(toHex(encodeConvWhoAreYouAuthResponse(response))).toBe(
    joined('07000000', CAS, '00100000 00000000 03000000 090807 00', '03000000', '00000000'),
  );
});

test('conv_who_are_you_auth_more asks from an index on', () => {
  const request = { activity, bootTime: 0x3f5a1c20, index: 256, outMaxLength: 4096 };
  expect(toHex(encodeConvWhoAreYouAuthMoreRequest(request))).toBe(joined(ACTIVITY, '201c5a3f', '00010000', '00100000'));
  const response = { maxLength: 4, data: Uint8Array.of(1, 2, 3, 4), status: 0x16c9a117 };
  expect(toHex(encodeConvWhoAreYouAuthMoreResponse(response))).toBe(
    joined('04000000 00000000 04000000 01020304', '04000000', '17a1c916'),
  );
});

test('a token whose two lengths differ is refused', () => {
  const stub = fromHex('04000000 00000000 04000000 01020304 03000000 00000000');
  expect(() => decodeConvWhoAreYouAuthMoreResponse(stub, true)).toThrow(RemoteProtocolError);
});

test('a vector of interfaces that impacket made is read', () => {
  const stub =
    '9e5d0000020000000200000032950000da0e0000b2b87db9634ccf11bff608002be23f2f02000100b2b87db9634ccf11bff608002be2' +
    '3f2f0300010000000000';
  const { uuid: clusapi } = CLUSAPI_V2;
  expect(decodeInqIfIdsResponse(fromHex(stub), true)).toEqual({
    interfaces: [
      { uuid: clusapi, version: { major: 2, minor: 1 } },
      { uuid: clusapi, version: { major: 3, minor: 1 } },
    ],
    status: 0,
  });
});

test('a vector of interfaces whose two counts differ is refused', () => {
  const stub = fromHex(`00000200 02000000 01000000 00000000 00000000 00000000`);
  expect(() => decodeInqIfIdsResponse(stub, true)).toThrow(RemoteProtocolError);
});

test('statistics are those of impacket', () => {
  const stub = '0400000004000000010000000200000003000000feffffff00000000';
  const response = { statistics: [1, 2, 3, 0xfffffffe], status: 0 };
  expect(decodeInqStatsResponse(fromHex(stub), true)).toEqual(response);
  expect(toHex(encodeInqStatsResponse(response))).toBe(stub);
});

test('is_server_listening answers status first and the boolean last', () => {
  expect(toHex(encodeIsServerListeningResponse({ status: 0, listening: true }))).toBe('0000000001000000');
  expect(toHex(encodeIsServerListeningResponse({ status: 0, listening: true }, false))).toBe('0000000000000001');
});

test('a principal name is padded ahead of its status', () => {
  expect(toHex(encodeInqPrincNameResponse({ nameSize: 256, name: 'LAB\\svc', status: 0 }))).toBe(
    joined('00010000 00000000 08000000 4c41425c73766300', '00000000'),
  );
  expect(toHex(encodeInqPrincNameResponse({ nameSize: 4, name: '', status: 5 }))).toBe(
    joined('04000000 00000000 01000000 00 000000', '05000000'),
  );
});

test('a cluster name that failed is two null pointers and the status', () => {
  const failed = { clusterName: null, nodeName: null, status: 5 };
  expect(toHex(ApiGetClusterName.encodeResponse(failed))).toBe('000000000000000005000000');
  expect(ApiGetClusterName.decodeResponse(fromHex('000000000000000005000000'), true)).toEqual(failed);
});

test('a cluster name in big-endian order has every integer and character turned', () => {
  const stub = joined(
    '00020000 00000002 00000000 00000002 0043 0000',
    '00020004 00000003 00000000 00000003 004e 0031 0000 0000',
    '00000000',
  );
  const response = { clusterName: 'C', nodeName: 'N1', status: 0 };
  expect(toHex(ApiGetClusterName.encodeResponse(response, false))).toBe(stub);
  expect(ApiGetClusterName.decodeResponse(fromHex(stub), false)).toEqual(response);
});

test('ApiGetClusterVersion ends ahead of the operational version', () => {
  const version = { major: 4, minor: 0, build: 0xe0, vendorId: null, csdVersion: null };
  expect(toHex(ApiGetClusterVersion.encodeResponse({ ...version, status: 0 }))).toBe(
    joined('0400 0000 e000 0000', '00000000 00000000', '00000000'),
  );
});

test('rpc_status stands ahead of the return value, in 3.0 only', () => {
  const response = {
    major: 6,
    minor: 0,
    build: 6001,
    vendorId: null,
    csdVersion: null,
    operational: null,
    rpcStatus: 0xaa,
    status: 0xbb,
  };
  const fields = joined('0600 0000 7117 0000', '00000000 00000000 00000000');
  expect(toHex(ApiGetClusterVersion2.encodeResponse(response, true, 3))).toBe(joined(fields, 'aa000000 bb000000'));
  expect(toHex(ApiGetClusterVersion2.encodeResponse(response, true, 2))).toBe(joined(fields, 'bb000000'));
});

test('an entry with a null name has an empty one', () => {
  const stub = '00000200 01000000 01000000 08000000 00000000 00000000';
  expect(ApiCreateEnum.decodeResponse(fromHex(stub), true)).toEqual({ entries: [{ type: 8, name: '' }], status: 0 });
});

test('an enumeration whose two counts differ is refused', () => {
  const stub = '00000200 02000000 01000000 08000000 00000000 08000000 00000000 00000000';
  expect(() => ApiCreateEnum.decodeResponse(fromHex(stub), true)).toThrow(RemoteProtocolError);
});

test('an enumeration without entries is not one that failed', () => {
  expect(toHex(ApiCreateEnum.encodeResponse({ entries: [], status: 0 }))).toBe('00000200000000000000000000000000');
  expect(toHex(ApiCreateEnum.encodeResponse({ entries: null, status: 5 }))).toBe('0000000005000000');
});

test('an operation has the name of its interface and number', () => {
  expect(operationName(CLUSAPI_V2.uuid, 0)).toBe('ApiOpenCluster');
  expect(operationName(CLUSAPI_V2.uuid, 102)).toBe('ApiGetClusterVersion2');
  expect(operationName(CLUSAPI_V2.uuid, 117)).toBe('ApiOpenClusterEx');
  expect(operationName(EPM.uuid, 3)).toBe('ept_map');
  expect(operationName(CONV.uuid, 1)).toBe('conv_who_are_you2');
  expect(operationName(CONVC.uuid, 0)).toBe('convc_indy');
  expect(operationName(MGMT.uuid, 2)).toBe('is_server_listening');
});

test('what has no name has none', () => {
  expect(operationName(CLUSAPI_V2.uuid, 80)).toBeUndefined();
  expect(operationName(new Uint8Array(16), 0)).toBeUndefined();
  expect(interfaceName(new Uint8Array(16))).toBeUndefined();
  expect(interfaceName(CLUSAPI_V3.uuid)).toBe('clusapi');
});

test('no two operations of an interface share a number', () => {
  for (const { operations } of INTERFACES) {
    const numbers = Object.values(operations);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
  expect(Object.keys(CLUSAPI_V2.operations)).toHaveLength(108);
});
