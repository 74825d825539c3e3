import { expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import {
  ApiAddNotifyCluster,
  ApiAddNotifyGroup,
  ApiAddNotifyKey,
  ApiAddNotifyNetInterface,
  ApiAddNotifyNetwork,
  ApiAddNotifyNode,
  ApiAddNotifyResource,
  ApiCloseNotify,
  ApiCreateNotify,
  ApiGetKeySecurity,
  ApiGetNotify,
  ApiReAddNotifyGroup,
  ApiReAddNotifyNetInterface,
  ApiReAddNotifyNetwork,
  ApiReAddNotifyNode,
  ApiReAddNotifyResource,
  ApiUnblockGetNotifyCall,
  CLUSAPI_V3,
  type ClusapiOperation,
  type ClusapiResult,
} from '../../src/interface/clusapi/index.ts';
import { captureOf, request, response, type Sent } from '../explain/pdus.ts';
import { tsharkFields } from './wireshark.ts';

/** Guesses of tshark that take datagrams of RPC for something else. */
const OPTIONS = ['--disable-protocol', 'wg', '--disable-protocol', 'tapa'];

const port = { attributes: 0, uuid: uuid('11111111-2222-4333-8444-555555555501') };
const handle = { attributes: 0, uuid: uuid('11111111-2222-4333-8444-555555555502') };
const added = { port, handle, filter: 0x1000, notifyKey: 7 };

/** A call of each, in version 3.0, which is the one that tshark knows. */
const CALLS: readonly { readonly opnum: number; readonly request: Uint8Array; readonly response: Uint8Array }[] = [
  call(ApiCreateNotify, {}, { handle: port, rpcStatus: 0, status: 0 }),
  call(ApiCloseNotify, { handle: port }, { handle: port, status: 0 }),
  call(ApiAddNotifyCluster, added, { rpcStatus: 0, status: 0 }),
  ...[ApiAddNotifyNode, ApiAddNotifyGroup, ApiAddNotifyResource, ApiAddNotifyNetwork, ApiAddNotifyNetInterface].map(
    (operation) => call(operation as typeof ApiAddNotifyGroup, added, { stateSequence: 9, rpcStatus: 0, status: 0 }),
  ),
  call(ApiAddNotifyKey, { port, key: handle, notifyKey: 7, filter: 0x40, subTree: true }, { rpcStatus: 0, status: 0 }),
  ...[
    ApiReAddNotifyNode,
    ApiReAddNotifyGroup,
    ApiReAddNotifyResource,
    ApiReAddNotifyNetwork,
    ApiReAddNotifyNetInterface,
  ].map((operation) =>
    call(operation as typeof ApiReAddNotifyGroup, { ...added, stateSequence: 9 }, { rpcStatus: 0, status: 0 }),
  ),
  call(
    ApiGetNotify,
    { handle: port },
    { notifyKey: 7, filter: 0x1000, stateSequence: 10, name: 'files', rpcStatus: 0, status: 0 },
  ),
  call(ApiUnblockGetNotifyCall, { handle: port }, { status: 0 }),
  call(
    ApiGetKeySecurity,
    { key: handle, parts: 7, size: 100 },
    { descriptor: Uint8Array.of(1, 2, 3), size: 100, rpcStatus: 0, status: 0 },
  ),
];

function call<Request, Response extends ClusapiResult>(
  operation: ClusapiOperation<Request, Response>,
  asked: Request,
  answered: Response,
) {
  return {
    opnum: operation.opnum,
    request: operation.encodeRequest(asked, true, 3),
    response: operation.encodeResponse(answered, true, 3),
  };
}

const capture = captureOf(
  CALLS.flatMap(({ opnum, request: asked, response: answered }, index): Sent[] => {
    const fields = { interfaceId: CLUSAPI_V3.uuid, interfaceMajor: 3, opnum, sequence: index };
    return [
      { ms: 2 * index, pdu: request(fields, asked) },
      { ms: 2 * index + 1, pdu: response(fields, answered) },
    ];
  }),
);

test('tshark reads every stub of the notifications and of the security of a key to its last byte', () => {
  expect(tsharkFields(capture, ['frame.number'], 'clusapi', OPTIONS)).toHaveLength(2 * CALLS.length);
  const complaints = '_ws.malformed or _ws.short or dcerpc.stub_data or !clusapi';
  expect(tsharkFields(capture, ['frame.number', 'clusapi.opnum'], complaints, OPTIONS)).toEqual([]);
});

test('tshark reads the event, and what was asked for', () => {
  const event = ['dwNotifyKey', 'dwFilter', 'dwStateSequence', 'Name'].map(
    (name) => `clusapi.clusapi_GetNotify.${name}`,
  );
  const rows = tsharkFields(capture, event, 'clusapi.opnum == 65 and dcerpc.pkt_type == 2', OPTIONS);
  expect(rows).toEqual([['7', String(0x1000), '10', 'files']]);
  const key = ['dwNotifyKey', 'Filter', 'WatchSubTree'].map((name) => `clusapi.clusapi_AddNotifyKey.${name}`);
  expect(tsharkFields(capture, key, 'clusapi.opnum == 61 and dcerpc.pkt_type == 0', OPTIONS)).toEqual([
    ['7', String(0x40), '1'],
  ]);
  const again = ['dwFilter', 'dwNotifyKey', 'StateSequence'].map((name) => `clusapi.clusapi_ReAddNotifyGroup.${name}`);
  expect(tsharkFields(capture, again, 'clusapi.opnum == 63 and dcerpc.pkt_type == 0', OPTIONS)).toEqual([
    [String(0x1000), '7', '9'],
  ]);
  const security = ['clusapi.clusapi_GetKeySecurity.SecurityInformation'].concat(
    ['cbInSecurityDescriptor', 'cbOutSecurityDescriptor'].map((name) => `clusapi.RPC_SECURITY_DESCRIPTOR.${name}`),
  );
  expect(tsharkFields(capture, security, 'clusapi.opnum == 40', OPTIONS)).toEqual([
    ['7', '100', '0'],
    ['', '100', '3'],
  ]);
});
