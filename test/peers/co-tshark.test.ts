import { expect, test } from 'vitest';
import { decodeCo } from '../../src/pdu/co/index.ts';
import { coVectors } from '../vectors/co.ts';
import { convert, tsharkFields } from './wireshark.ts';

const FROM_SERVER = new Set(['bind_ack', 'bind_nak', 'alter_context_resp', 'response', 'fault', 'shutdown']);

/** Each vector as a segment between a client and port 135: `I` goes to the server, `O` comes from it. */
function capture(): Buffer {
  const text = coVectors.map(({ bytes }) => {
    const direction = FROM_SERVER.has(decodeCo(bytes).type) ? 'O' : 'I';
    return `${direction}\n000000 ${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}\n`;
  });
  return convert('text2pcap', ['-q', '-D', '-T', '49152,135'], text.join(''));
}

test('tshark sees the type, call, lengths and contexts that we see, of a PDU of every type', () => {
  const fields = [
    'dcerpc.pkt_type',
    'dcerpc.cn_call_id',
    'dcerpc.cn_frag_len',
    'dcerpc.cn_auth_len',
    'dcerpc.cn_flags',
  ];
  const rows = tsharkFields(capture(), fields, 'dcerpc.ver == 5');
  const numbers = rows.map((row) => row.map(Number));
  expect(numbers).toEqual(
    coVectors.map(({ bytes, decoded }) => {
      const token = 'auth' in decoded && decoded.auth !== null ? decoded.auth.token.length : 0;
      return [bytes[2], decoded.header.callId, bytes.length, token, decoded.header.flags];
    }),
  );
});

test('tshark finds nothing malformed', () => {
  const complaints = '_ws.malformed or _ws.short';
  expect(tsharkFields(capture(), ['frame.number', 'dcerpc.pkt_type'], complaints)).toEqual([]);
});

test('tshark reads the statuses, results and reasons', () => {
  const copy = capture();
  expect(tsharkFields(copy, ['dcerpc.cn_status'], 'dcerpc.pkt_type == 3')).toEqual([['0x1c010002'], ['0x1c010003']]);
  expect(tsharkFields(copy, ['dcerpc.cn_reject_reason'], 'dcerpc.pkt_type == 13')).toEqual([['4']]);
  const results = tsharkFields(copy, ['dcerpc.cn_ack_result'], 'dcerpc.pkt_type == 12', ['-E', 'occurrence=a']);
  expect(results).toEqual([['0,3']]);
  expect(tsharkFields(copy, ['dcerpc.obj_id'], 'dcerpc.pkt_type == 0 and dcerpc.obj_id')).toEqual([
    ['03020100-0504-0706-0809-0a0b0c0d0e0f'],
  ]);
});
