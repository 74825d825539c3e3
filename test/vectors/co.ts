import { fromHex } from '../../src/bytes/hex.ts';
import type { CoPdu } from '../../src/pdu/co/index.ts';

export interface CoVector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly decoded: CoPdu;
}

const EPM = '0883afe11f5dc91191a408002b14a0fa 03000000';
const CLUSAPI = 'b2b87db9634ccf11bff608002be23f2f 03000000';
const NDR = '045d888aeb1cc9119fe808002b104860 02000000';
const FEATURES = '2c1cb76c12984045 0300000000000000 01000000';

const syntax = (hex: string, major: number) => ({ uuid: fromHex(hex).slice(0, 16), version: { major, minor: 0 } });
const little = (flags: number, callId: number) => ({ minorVersion: 0, flags, drep: 0x10000000, callId });
const big = (flags: number, callId: number) => ({ minorVersion: 0, flags, drep: 0x00000000, callId });
const verifier = (type: number, level: number, contextId: number, token: string, padding = '') => ({
  padding: fromHex(padding),
  type,
  level,
  contextId,
  token: fromHex(token),
});
const NOTHING = { uuid: new Uint8Array(16), version: { major: 0, minor: 0 } };
const EMPTY = new Uint8Array(0);

/** Auth type 254 is nobody's, so that a dissector leaves the tokens alone. One PDU of each type, put together by hand after C706 12.6.4 and [MS-RPCE] 2.2.2, in the order of a conversation. */
export const coVectors: readonly CoVector[] = [
  vector(
    'bind for the endpoint mapper and bind-time features',
    `05000b17 10000000 7400 0000 01000000 d016 d016 00000000 02 000000
     0000 01 00 ${EPM} ${NDR}
     0100 01 00 ${EPM} ${FEATURES}`,
    {
      type: 'bind',
      header: little(0x17, 1),
      maxXmitFrag: 5840,
      maxRecvFrag: 5840,
      assocGroup: 0,
      contexts: [
        { id: 0, interface: syntax(EPM, 3), transferSyntaxes: [syntax(NDR, 2)] },
        { id: 1, interface: syntax(EPM, 3), transferSyntaxes: [syntax(FEATURES, 1)] },
      ],
      auth: null,
    },
  ),
  vector(
    'bind_ack',
    `05000c17 10000000 5400 0000 01000000 d016 d016 78563412 0400 31333500 0000 02 000000
     0000 0000 ${NDR}
     0300 0300 00000000000000000000000000000000 00000000`,
    {
      type: 'bind_ack',
      header: little(0x17, 1),
      maxXmitFrag: 5840,
      maxRecvFrag: 5840,
      assocGroup: 0x12345678,
      secondaryAddress: '135',
      results: [
        { result: 0, reason: 0, transferSyntax: syntax(NDR, 2) },
        { result: 3, reason: 3, transferSyntax: NOTHING },
      ],
      auth: null,
    },
  ),
  vector('request', '05000083 10000000 3c00 0000 02000000 14000000 0000 0400 000102030405060708090a0b0c0d0e0f 00000000 1122334455667788 99aabbccddeeff00', {
    type: 'request',
    header: little(0x83, 2),
    allocHint: 20,
    contextId: 0,
    opnum: 4,
    object: fromHex('000102030405060708090a0b0c0d0e0f'),
    stub: fromHex('00000000 1122334455667788 99aabbccddeeff00'),
    auth: null,
  }),
  vector('response', '05000203 10000000 3000 0000 02000000 18000000 0000 00 00 0000000000000000 0000000000000000 00000000 00000000', {
    type: 'response',
    header: little(3, 2),
    allocHint: 24,
    contextId: 0,
    cancelCount: 0,
    stub: new Uint8Array(24),
    auth: null,
  }),
  vector('fault', '05000323 10000000 2000 0000 03000000 20000000 0000 00 00 0200011c 00000000', {
    type: 'fault',
    header: little(0x23, 3),
    allocHint: 32,
    contextId: 0,
    cancelCount: 0,
    status: 0x1c010002,
    stub: EMPTY,
    auth: null,
  }),
  vector(
    'alter_context with a token',
    `05000e03 10000000 5400 0400 04000000 d016 d016 78563412 01 000000
     0200 01 00 ${CLUSAPI} ${NDR}
     fe 06 00 00 01000000 aabbccdd`,
    {
      type: 'alter_context',
      header: little(3, 4),
      maxXmitFrag: 5840,
      maxRecvFrag: 5840,
      assocGroup: 0x12345678,
      contexts: [{ id: 2, interface: syntax(CLUSAPI, 3), transferSyntaxes: [syntax(NDR, 2)] }],
      auth: verifier(254, 6, 1, 'aabbccdd'),
    },
  ),
  vector(
    'alter_context_resp without a secondary address',
    '05000f03 10000000 3800 0000 04000000 d016 d016 78563412 0000 0000 01 000000 0200 0200 00000000000000000000000000000000 00000000',
    {
      type: 'alter_context_resp',
      header: little(3, 4),
      maxXmitFrag: 5840,
      maxRecvFrag: 5840,
      assocGroup: 0x12345678,
      secondaryAddress: '',
      results: [{ result: 2, reason: 2, transferSyntax: NOTHING }],
      auth: null,
    },
  ),
  vector('auth3', '05001003 10000000 2000 0400 05000000 00000000 fe 06 00 00 01000000 01020304', {
    type: 'auth3',
    header: little(3, 5),
    auth: verifier(254, 6, 1, '01020304'),
  }),
  vector(
    'request with padding and signature',
    '05000003 10000000 3800 1000 06000000 04000000 0700 0300 5d000000 00000000 fe 05 04 00 01000000 01000000 0001020304050607 00000000',
    {
      type: 'request',
      header: little(3, 6),
      allocHint: 4,
      contextId: 7,
      opnum: 3,
      object: null,
      stub: fromHex('5d000000'),
      auth: verifier(254, 5, 1, '01000000000102030405060700000000', '00000000'),
    },
  ),
  vector('co_cancel', '05001203 10000000 1000 0000 06000000', { type: 'co_cancel', header: little(3, 6), auth: null }),
  vector('orphaned', '05001303 10000000 1000 0000 06000000', { type: 'orphaned', header: little(3, 6), auth: null }),
  vector('shutdown', '05001103 10000000 1000 0000 00000000', { type: 'shutdown', header: little(3, 0) }),
  vector('bind_nak', '05000d03 10000000 1800 0000 07000000 0400 02 0500 0501 00', {
    type: 'bind_nak',
    header: little(3, 7),
    reason: 4,
    versions: [
      { major: 5, minor: 0 },
      { major: 5, minor: 1 },
    ],
  }),
  vector(
    'bind in big-endian order',
    `05000b03 00000000 0048 0000 00000008 16d0 16d0 00000000 01 000000
     0000 01 00 e1af83085d1f11c991a408002b14a0fa 00000003 8a885d041ceb11c99fe808002b104860 00000002`,
    {
      type: 'bind',
      header: big(3, 8),
      maxXmitFrag: 5840,
      maxRecvFrag: 5840,
      assocGroup: 0,
      contexts: [{ id: 0, interface: syntax(EPM, 3), transferSyntaxes: [syntax(NDR, 2)] }],
      auth: null,
    },
  ),
  vector('fault in big-endian order', '05000303 00000000 0020 0000 00000009 00000020 0001 00 00 1c010003 00000000', {
    type: 'fault',
    header: big(3, 9),
    allocHint: 32,
    contextId: 1,
    cancelCount: 0,
    status: 0x1c010003,
    stub: EMPTY,
    auth: null,
  }),
];

function vector(name: string, hex: string, decoded: CoPdu): CoVector {
  return { name, bytes: fromHex(hex), decoded };
}
