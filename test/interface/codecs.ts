import fc from 'fast-check';
import {
  ApiAddNotifyKey,
  ApiCloseCluster,
  ApiCreateEnum,
  ApiGetClusterName,
  ApiGetClusterVersion,
  ApiGetClusterVersion2,
  ApiGetKeySecurity,
  ApiGetNotify,
  ApiGetQuorumResource,
  ApiOpenCluster,
  ApiReAddNotifyGroup,
} from '../../src/interface/clusapi/index.ts';
import * as areYouThere from '../../src/interface/conv/are-you-there.ts';
import * as indy from '../../src/interface/conv/indy.ts';
import * as whoAreYou from '../../src/interface/conv/who-are-you.ts';
import * as whoAreYouAuth from '../../src/interface/conv/who-are-you-auth.ts';
import * as whoAreYouAuthMore from '../../src/interface/conv/who-are-you-auth-more.ts';
import * as whoAreYou2 from '../../src/interface/conv/who-are-you2.ts';
import * as lookup from '../../src/interface/epm/lookup.ts';
import * as lookupHandleFree from '../../src/interface/epm/lookup-handle-free.ts';
import * as map from '../../src/interface/epm/map.ts';
import * as inqIfIds from '../../src/interface/mgmt/inq-if-ids.ts';
import * as inqPrincName from '../../src/interface/mgmt/inq-princ-name.ts';
import * as inqStats from '../../src/interface/mgmt/inq-stats.ts';
import * as isServerListening from '../../src/interface/mgmt/is-server-listening.ts';
import { anyUuid, bytes, handle, latin1, nullable, syntaxId, u16, u32, units } from './arbitraries.ts';

/** One direction of one operation, with the values that it must carry unchanged. */
export interface Codec {
  readonly name: string;
  readonly sample: fc.Arbitrary<unknown>;
  readonly encode: (value: unknown, littleEndian: boolean) => Uint8Array;
  readonly decode: (stub: Uint8Array, littleEndian: boolean) => unknown;
}

function codec<T>(
  name: string,
  sample: fc.Arbitrary<T>,
  encode: (value: T, littleEndian: boolean) => Uint8Array,
  decode: (stub: Uint8Array, littleEndian: boolean) => unknown,
): Codec {
  return { name, sample, encode: (value, littleEndian) => encode(value as T, littleEndian), decode };
}

const caller = fc.record({ activity: anyUuid, bootTime: u32 });
const versionFields = { major: u16, minor: u16, build: u16, vendorId: nullable(units), csdVersion: nullable(units) };
const quorum = { resourceName: nullable(units), deviceName: nullable(units), maxQuorumLogSize: u32 };
const operational = nullable(fc.record({ highest: u32, lowest: u32, flags: u32 }));
const entries = nullable(fc.array(fc.record({ type: u32, name: units }), { maxLength: 6 }));
const credentials = bytes.chain((data) =>
  fc.record({ maxLength: fc.integer({ min: data.length, max: 0xffffffff }), data: fc.constant(data) }),
);

export const CODECS: readonly Codec[] = [
  codec(
    'ept_map request',
    fc.record({ object: nullable(anyUuid), tower: nullable(bytes), entryHandle: handle, maxTowers: u32 }),
    map.encodeEptMapRequest,
    map.decodeEptMapRequest,
  ),
  codec(
    'ept_map response',
    fc.record({
      entryHandle: handle,
      maxTowers: fc.integer({ min: 6, max: 0xffffffff }),
      towers: fc.array(bytes, { maxLength: 6 }),
      status: u32,
    }),
    map.encodeEptMapResponse,
    map.decodeEptMapResponse,
  ),
  codec(
    'ept_lookup request',
    fc.record({
      inquiryType: u32,
      object: nullable(anyUuid),
      interfaceId: nullable(syntaxId),
      versionOption: u32,
      entryHandle: handle,
      maxEntries: u32,
    }),
    lookup.encodeEptLookupRequest,
    lookup.decodeEptLookupRequest,
  ),
  codec(
    'ept_lookup response',
    fc.record({
      entryHandle: handle,
      maxEntries: fc.integer({ min: 6, max: 0xffffffff }),
      entries: fc.array(
        fc.record({ object: anyUuid, tower: nullable(bytes), annotation: latin1(lookup.ANNOTATION_SIZE) }),
        { maxLength: 6 },
      ),
      status: u32,
    }),
    lookup.encodeEptLookupResponse,
    lookup.decodeEptLookupResponse,
  ),
  codec(
    'ept_lookup_handle_free request',
    fc.record({ entryHandle: handle }),
    lookupHandleFree.encodeEptLookupHandleFreeRequest,
    lookupHandleFree.decodeEptLookupHandleFreeRequest,
  ),
  codec(
    'ept_lookup_handle_free response',
    fc.record({ entryHandle: handle, status: u32 }),
    lookupHandleFree.encodeEptLookupHandleFreeResponse,
    lookupHandleFree.decodeEptLookupHandleFreeResponse,
  ),
  codec('conv_who_are_you request', caller, whoAreYou.encodeConvWhoAreYouRequest, whoAreYou.decodeConvWhoAreYouRequest),
  codec(
    'conv_who_are_you response',
    fc.record({ sequence: u32, status: u32 }),
    whoAreYou.encodeConvWhoAreYouResponse,
    whoAreYou.decodeConvWhoAreYouResponse,
  ),
  codec(
    'conv_who_are_you2 request',
    caller,
    whoAreYou2.encodeConvWhoAreYou2Request,
    whoAreYou2.decodeConvWhoAreYou2Request,
  ),
  codec(
    'conv_who_are_you2 response',
    fc.record({ sequence: u32, casUuid: anyUuid, status: u32 }),
    whoAreYou2.encodeConvWhoAreYou2Response,
    whoAreYou2.decodeConvWhoAreYou2Response,
  ),
  codec(
    'conv_are_you_there request',
    caller,
    areYouThere.encodeConvAreYouThereRequest,
    areYouThere.decodeConvAreYouThereRequest,
  ),
  codec(
    'conv_are_you_there response',
    fc.record({ status: u32 }),
    areYouThere.encodeConvAreYouThereResponse,
    areYouThere.decodeConvAreYouThereResponse,
  ),
  codec(
    'conv_who_are_you_auth request',
    fc.record({ activity: anyUuid, bootTime: u32, inData: bytes, outMaxLength: u32 }),
    whoAreYouAuth.encodeConvWhoAreYouAuthRequest,
    whoAreYouAuth.decodeConvWhoAreYouAuthRequest,
  ),
  codec(
    'conv_who_are_you_auth response',
    fc
      .tuple(fc.record({ sequence: u32, casUuid: anyUuid, status: u32 }), credentials)
      .map(([rest, piece]) => ({ ...rest, ...piece })),
    whoAreYouAuth.encodeConvWhoAreYouAuthResponse,
    whoAreYouAuth.decodeConvWhoAreYouAuthResponse,
  ),
  codec(
    'conv_who_are_you_auth_more request',
    fc.record({ activity: anyUuid, bootTime: u32, index: u32, outMaxLength: u32 }),
    whoAreYouAuthMore.encodeConvWhoAreYouAuthMoreRequest,
    whoAreYouAuthMore.decodeConvWhoAreYouAuthMoreRequest,
  ),
  codec(
    'conv_who_are_you_auth_more response',
    fc.tuple(u32, credentials).map(([status, piece]) => ({ ...piece, status })),
    whoAreYouAuthMore.encodeConvWhoAreYouAuthMoreResponse,
    whoAreYouAuthMore.decodeConvWhoAreYouAuthMoreResponse,
  ),
  codec(
    'convc_indy request',
    fc.record({ casUuid: anyUuid }),
    indy.encodeConvcIndyRequest,
    indy.decodeConvcIndyRequest,
  ),
  codec(
    'inq_if_ids response',
    fc.record({ interfaces: nullable(fc.array(syntaxId, { maxLength: 6 })), status: u32 }),
    inqIfIds.encodeInqIfIdsResponse,
    inqIfIds.decodeInqIfIdsResponse,
  ),
  codec('inq_stats request', fc.record({ count: u32 }), inqStats.encodeInqStatsRequest, inqStats.decodeInqStatsRequest),
  codec(
    'inq_stats response',
    fc.record({ statistics: fc.array(u32, { maxLength: 6 }), status: u32 }),
    inqStats.encodeInqStatsResponse,
    inqStats.decodeInqStatsResponse,
  ),
  codec(
    'is_server_listening response',
    fc.record({ status: u32, listening: fc.boolean() }),
    isServerListening.encodeIsServerListeningResponse,
    isServerListening.decodeIsServerListeningResponse,
  ),
  codec(
    'inq_princ_name request',
    fc.record({ authnProtocol: u32, nameSize: u32 }),
    inqPrincName.encodeInqPrincNameRequest,
    inqPrincName.decodeInqPrincNameRequest,
  ),
  codec(
    'inq_princ_name response',
    fc.record({ nameSize: fc.integer({ min: 64, max: 0xffffffff }), name: latin1(64), status: u32 }),
    inqPrincName.encodeInqPrincNameResponse,
    inqPrincName.decodeInqPrincNameResponse,
  ),
  codec(
    'ApiOpenCluster response',
    fc.record({ status: u32, cluster: handle }),
    ApiOpenCluster.encodeResponse,
    ApiOpenCluster.decodeResponse,
  ),
  codec(
    'ApiCloseCluster request',
    fc.record({ cluster: handle }),
    ApiCloseCluster.encodeRequest,
    ApiCloseCluster.decodeRequest,
  ),
  codec(
    'ApiCloseCluster response',
    fc.record({ cluster: handle, status: u32 }),
    ApiCloseCluster.encodeResponse,
    ApiCloseCluster.decodeResponse,
  ),
  codec(
    'ApiGetClusterName response',
    fc.record({ clusterName: nullable(units), nodeName: nullable(units), status: u32 }),
    ApiGetClusterName.encodeResponse,
    ApiGetClusterName.decodeResponse,
  ),
  codec(
    'ApiGetClusterVersion response',
    fc.record({ ...versionFields, status: u32 }),
    ApiGetClusterVersion.encodeResponse,
    ApiGetClusterVersion.decodeResponse,
  ),
  codec(
    'ApiGetClusterVersion2 response, 2.0',
    fc.record({ ...versionFields, operational, status: u32 }),
    ApiGetClusterVersion2.encodeResponse,
    ApiGetClusterVersion2.decodeResponse,
  ),
  codec(
    'ApiGetClusterVersion2 response, 3.0',
    fc.record({ ...versionFields, operational, rpcStatus: u32, status: u32 }),
    (value, littleEndian) => ApiGetClusterVersion2.encodeResponse(value, littleEndian, 3),
    (stub, littleEndian) => ApiGetClusterVersion2.decodeResponse(stub, littleEndian, 3),
  ),
  codec('ApiCreateEnum request', fc.record({ type: u32 }), ApiCreateEnum.encodeRequest, ApiCreateEnum.decodeRequest),
  codec(
    'ApiCreateEnum response, 2.0',
    fc.record({ entries, status: u32 }),
    ApiCreateEnum.encodeResponse,
    ApiCreateEnum.decodeResponse,
  ),
  codec(
    'ApiCreateEnum response, 3.0',
    fc.record({ entries, rpcStatus: u32, status: u32 }),
    (value, littleEndian) => ApiCreateEnum.encodeResponse(value, littleEndian, 3),
    (stub, littleEndian) => ApiCreateEnum.decodeResponse(stub, littleEndian, 3),
  ),
  codec(
    'ApiGetQuorumResource response, 2.0',
    fc.record({ ...quorum, status: u32 }),
    ApiGetQuorumResource.encodeResponse,
    ApiGetQuorumResource.decodeResponse,
  ),
  codec(
    'ApiGetQuorumResource response, 3.0',
    fc.record({ ...quorum, rpcStatus: u32, status: u32 }),
    (value, littleEndian) => ApiGetQuorumResource.encodeResponse(value, littleEndian, 3),
    (stub, littleEndian) => ApiGetQuorumResource.decodeResponse(stub, littleEndian, 3),
  ),
  codec(
    'ApiGetNotify response, 2.0',
    fc.record({ notifyKey: u32, filter: u32, stateSequence: u32, name: nullable(units), status: u32 }),
    ApiGetNotify.encodeResponse,
    ApiGetNotify.decodeResponse,
  ),
  codec(
    'ApiAddNotifyKey request',
    fc.record({ port: handle, key: handle, notifyKey: u32, filter: u32, subTree: fc.boolean() }),
    ApiAddNotifyKey.encodeRequest,
    ApiAddNotifyKey.decodeRequest,
  ),
  codec(
    'ApiReAddNotifyGroup request',
    fc.record({ port: handle, handle, filter: u32, notifyKey: u32, stateSequence: u32 }),
    ApiReAddNotifyGroup.encodeRequest,
    ApiReAddNotifyGroup.decodeRequest,
  ),
  codec(
    'ApiGetKeySecurity request',
    fc.record({ key: handle, parts: u32, size: u32 }),
    ApiGetKeySecurity.encodeRequest,
    ApiGetKeySecurity.decodeRequest,
  ),
  codec(
    'ApiGetKeySecurity response, 2.0',
    bytes.chain((data) =>
      fc.record({
        descriptor: nullable(fc.constant(data)),
        size: fc.integer({ min: data.length, max: 0xffffffff }),
        status: u32,
      }),
    ),
    ApiGetKeySecurity.encodeResponse,
    ApiGetKeySecurity.decodeResponse,
  ),
];
