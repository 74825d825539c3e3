import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sameUuid } from '../../src/bytes/uuid.ts';
import type { Datagram } from '../../src/capture/packet.ts';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { CONV } from '../../src/interface/conv/index.ts';
import { type ClPdu, decodeCl, encodeCl, FLAGS2 } from '../../src/pdu/cl/index.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';
import { cli } from '../cli/in-process.ts';
import { startHost } from '../probe/rows.ts';
import { tsharkFields, wireshark } from './wireshark.ts';

/** WireGuard's heuristic would take every request that starts 04 00 00 00. */
const OPTIONS = ['--disable-protocol', 'wg'];
const CLUSAPI = 'b97db8b2-4c63-11cf-bff6-08002be23f2f';

const directory = mkdtempSync(join(tmpdir(), 'clusrpc-tshark-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let capture: Buffer;
let datagrams: readonly Datagram[];
/** The port of the RPC socket; the other one of the probe is the watch. */
let client: number;

beforeAll(async () => {
  wireshark('tshark', ['--version']);
  const file = join(directory, 'probe.pcapng');
  const host = await startHost({ hostProfile: 'windows-2000-sp3' });
  const { code } = await cli(['probe', host.host, '--epm-port', String(host.mapperPort), '--pcap', file]);
  await host.close();
  expect(code).toBe(0);
  capture = readFileSync(file);
  const found: Datagram[] = [];
  await readDatagrams([capture], (datagram) => found.push(datagram));
  datagrams = found;
  client = found.find(({ payload }) => isClusapi(decodeCl(payload)))?.from.port ?? 0;
});

describe('tshark reads what probe --pcap wrote', () => {
  test('a callback carries PF2_UNRELATED, and no other packet does', () => {
    const unrelated = datagrams.filter(({ payload }) => (flags2(payload) & FLAGS2.unrelated) !== 0);
    expect(unrelated.map(({ payload }) => decodeCl(payload))).toMatchObject([
      { type: 'request', header: { opnum: CONV.operations.conv_who_are_you2, interfaceMajor: 3 } },
    ]);
    expect(unrelated[0]?.to.port).toBe(client);
  });

  test('every packet is datagram RPC for tshark, none is malformed, none draws a warning', () => {
    const copy = withoutUnrelated();
    const all = tsharkFields(copy, ['frame.number'], 'frame', OPTIONS);
    expect(all).toHaveLength(datagrams.length);
    expect(tsharkFields(copy, ['frame.number'], 'dcerpc.ver == 4', OPTIONS)).toEqual(all);
    const WARNING = 0x600000;
    const complaints = `_ws.malformed or _ws.short or _ws.expert.severity >= ${WARNING}`;
    expect(tsharkFields(copy, ['frame.number', '_ws.expert.message'], complaints, OPTIONS)).toEqual([]);
  });

  test('the RPC socket sends what OpenCluster and CloseCluster send, and answers the callback', () => {
    const fields = [
      '_ws.col.Protocol',
      'dcerpc.pkt_type',
      'dcerpc.opnum',
      'udp.srcport',
      'dcerpc.dg_flags1_idempotent',
    ];
    const rows = tsharkFields(withoutUnrelated(), fields, `udp.port == ${client}`, OPTIONS).map(
      ([protocol, type, opnum, source, idempotent]) => {
        const from = source === String(client) ? 'client' : 'server';
        return `${from} ${TYPES[type ?? ''] ?? type} ${protocol} ${opnum}${idempotent === 'True' || idempotent === '1' ? ' idempotent' : ''}`;
      },
    );
    expect(rows).toEqual([
      'client request EPM 3 idempotent',
      'server response EPM 3',
      'client request MGMT 2 idempotent',
      'server response MGMT 2',
      'client request DCERPC 3',
      'server request CONV 1 idempotent',
      'client response CONV 1',
      'server response DCERPC 3',
      'client request DCERPC 0',
      'server response DCERPC 0',
      'client request DCERPC 7',
      'server response DCERPC 7',
      'client request DCERPC 102',
      'server response DCERPC 102',
      'client request DCERPC 1',
      'server response DCERPC 1',
      'client ack DCERPC 1',
    ]);
  });

  test('ClusAPI goes as version 2.0, and the tower of the mapper names its port', () => {
    const copy = withoutUnrelated();
    const versions = tsharkFields(
      copy,
      ['dcerpc.dg_if_id', 'dcerpc.dg_if_ver'],
      `dcerpc.dg_if_id == ${CLUSAPI}`,
      OPTIONS,
    );
    expect(new Set(versions.map((row) => row.join(' ')))).toEqual(new Set([`${CLUSAPI} 2`]));
    const service = datagrams.find(({ payload }) => isClusapi(decodeCl(payload)))?.to.port;
    const towers = tsharkFields(copy, ['epm.proto.udp_port'], 'epm.opnum == 3 and dcerpc.pkt_type == 2', OPTIONS);
    expect(towers).toEqual([[String(service)]]);
  });
});

describe('tshark decodes the stubs, wrapped as ClusAPI 3.0', () => {
  const rowsOf = (opnum: number, fields: readonly string[]) =>
    tsharkFields(wrapped(opnum), fields, `clusapi.opnum == ${opnum} and dcerpc.pkt_type == 2`, OPTIONS);

  test('ApiGetClusterName: the names of cluster and node', () => {
    const fields = ['ClusterName', 'NodeName'].map((name) => `clusapi.clusapi_GetClusterName.${name}`);
    expect(rowsOf(3, [...fields, 'clusapi.werror'])).toEqual([['CLUSTER1', 'NODE1', '0x00000000']]);
  });

  test('ApiCreateEnum: the type that was asked for and both nodes', () => {
    const asked = tsharkFields(wrapped(7), ['clusapi.clusapi_CreateEnum.dwType'], 'dcerpc.pkt_type == 0', OPTIONS);
    expect(asked).toEqual([['0x00000001']]);
    const all = [...OPTIONS, '-E', 'occurrence=a', '-E', 'aggregator=,'];
    const fields = ['clusapi.ENUM_LIST.EntryCount', 'clusapi.ENUM_ENTRY.Name', 'clusapi.clusapi_CreateEnum.rpc_status'];
    const filter = 'clusapi.opnum == 7 and dcerpc.pkt_type == 2';
    expect(tsharkFields(wrapped(7), fields, filter, all)).toEqual([['2', 'NODE1,NODE2', '0']]);
  });

  test('ApiGetClusterVersion2: version, service pack and operational versions', () => {
    const fields = ['lpwMajorVersion', 'lpwMinorVersion', 'lpwBuildNumber', 'lpszCSDVersion', 'rpc_status'];
    const operational = ['dwSize', 'dwClusterHighestVersion', 'dwClusterLowestVersion', 'dwFlags', 'dwReserved'];
    const rows = rowsOf(102, [
      ...fields.map((name) => `clusapi.clusapi_GetClusterVersion2.${name}`),
      ...operational.map((name) => `clusapi.CLUSTER_OPERATIONAL_VERSION_INFO.${name}`),
    ]);
    const figures = ['20', String(0x00030893), String(0x000200e0), '0', '0'];
    expect(rows).toEqual([['5', '0', '2195', 'Service Pack 3', '0', ...figures]]);
  });

  test.each([3, 7, 102])('operation %i leaves tshark nothing to complain about', (opnum) => {
    const complaints = '_ws.malformed or _ws.short or dcerpc.stub_data or !clusapi';
    expect(tsharkFields(wrapped(opnum), ['frame.number'], complaints, OPTIONS)).toEqual([]);
  });
});

const TYPES: Readonly<Record<string, string>> = { 0: 'request', 2: 'response', 7: 'ack' };

function isClusapi({ header }: ClPdu): boolean {
  return sameUuid(header.interfaceId, CLUSAPI_V2.uuid);
}

function flags2(payload: Uint8Array): number {
  return payload[3] as number;
}

/** tshark shows every packet that carries PF2_UNRELATED as plain UDP: the same file with that bit cleared, and nothing else. */
function withoutUnrelated(): Buffer {
  const copy = Buffer.from(capture);
  for (const { payload } of datagrams) {
    if ((flags2(payload) & FLAGS2.unrelated) === 0) continue;
    const at = capture.indexOf(payload);
    expect(at).toBeGreaterThan(0);
    copy[at + 3] = flags2(payload) & ~FLAGS2.unrelated;
  }
  return copy;
}

/** The packets of one operation as they would be in version 3.0: tshark knows the parameters of that one only. */
function wrapped(opnum: number): Buffer {
  const writer = new PcapngWriter();
  const packets = datagrams.flatMap(({ payload, from, to }, index) => {
    const pdu = decodeCl(payload);
    if (!isClusapi(pdu) || pdu.header.opnum !== opnum || (pdu.type !== 'request' && pdu.type !== 'response')) return [];
    const stub = pdu.type === 'response' && opnum !== 3 ? withRpcStatus(pdu.stub) : pdu.stub;
    const header = { ...pdu.header, interfaceMajor: 3 };
    const message = { from, to, payload: encodeCl({ ...pdu, header, stub }), timestampMs: index };
    return [writer.packet(message)];
  });
  expect(packets).toHaveLength(2);
  return Buffer.concat([writer.header(), ...packets]);
}

/** Version 3.0 has an rpc_status, 0, ahead of the return value ([MS-CMRP] 3.1.4.2). */
function withRpcStatus(stub: Uint8Array): Uint8Array {
  const value = stub.length - 4;
  return Uint8Array.from([...stub.subarray(0, value), 0, 0, 0, 0, ...stub.subarray(value)]);
}
