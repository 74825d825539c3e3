import { describe, expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import { explain } from '../../src/explain/index.ts';
import { encodeCl, FLAGS1, FLAGS2 } from '../../src/pdu/cl/index.ts';
import { ipv4, pcapFile, udp } from '../capture/builder.ts';
import { captureOf, header, request, response, SERVER, type Sent } from './pdus.ts';

const { frag, lastfrag, maybe, idempotent } = FLAGS1;

async function callsOf(...sent: Sent[]) {
  const explained = await explain(captureOf(sent));
  const [conversation] = explained.conversations;
  return { ...explained, conversation, call: conversation?.calls[0] };
}

describe('what is counted as a repetition', () => {
  test('the same fragment under another serial number is a retransmission, under the same one a duplicate', async () => {
    const { call, rpc } = await callsOf(
      { ms: 0, pdu: request() },
      { ms: 1, pdu: request() },
      { ms: 1000, pdu: request({ serial: 1 }) },
      { ms: 1001, pdu: response() },
      { ms: 1002, pdu: response({ serial: 1 }) },
    );
    expect(call?.request).toMatchObject({ fragments: 1, retransmissions: 1, duplicates: 1 });
    expect(call?.response).toMatchObject({ fragments: 1, retransmissions: 1, duplicates: 0 });
    expect(rpc).toMatchObject({ calls: 1, retransmissions: 2, duplicates: 1 });
  });

  test('fragments in any order are no repetitions, and the last missing one completes the message', async () => {
    const order = [3, 0, 2, 1];
    const { call } = await callsOf(
      { ms: 0, pdu: request() },
      ...order.map((fragment, serial) => ({
        ms: 1 + serial,
        pdu: response({ fragment, serial, flags1: fragment === 3 ? frag | lastfrag : frag }, new Uint8Array(8)),
      })),
    );
    expect(call?.response).toEqual({
      fragments: 4,
      bytes: 32,
      complete: true,
      retransmissions: 0,
      duplicates: 0,
      ipFragmented: 0,
    });
    expect(call?.durationMs).toBe(4);
  });

  test('a response without its middle is a part of one', async () => {
    const { call } = await callsOf(
      { ms: 0, pdu: request() },
      { ms: 1, pdu: response({ flags1: frag }) },
      { ms: 2, pdu: response({ fragment: 2, serial: 1, flags1: frag | lastfrag }) },
    );
    expect(call).toMatchObject({ result: { kind: 'partial' }, durationMs: null, response: { complete: false } });
  });

  test('a late packet of a call that was judged long ago is a repetition of it', async () => {
    const calls = Array.from({ length: 20 }, (_, sequence) => [
      { ms: 10 * sequence, pdu: request({ sequence }) },
      { ms: 10 * sequence + 1, pdu: response({ sequence }) },
    ]).flat();
    const { rpc, conversation } = await callsOf(...calls, { ms: 500, pdu: request({ sequence: 2, serial: 9 }) });
    expect(rpc).toMatchObject({ calls: 20, retransmissions: 1 });
    expect(conversation?.calls).toHaveLength(20);
  });
});

describe('what a call says of itself', () => {
  test('maybe calls want no answer, and idempotent ones are named so', async () => {
    const { conversation } = await callsOf(
      { ms: 0, pdu: request({ flags1: maybe | idempotent }) },
      { ms: 60_000, pdu: request({ sequence: 1, flags1: idempotent }) },
      { ms: 60_001, pdu: response({ sequence: 1 }) },
    );
    expect(conversation?.calls).toMatchObject([
      { semantics: 'maybe', result: { kind: 'not-expected' }, findings: [] },
      { semantics: 'idempotent', result: { kind: 'response' } },
    ]);
  });

  test('control packets are counted by who sent them', async () => {
    const fack = { type: 'fack', header: header(), body: null } as const;
    const { call, rpc } = await callsOf(
      { ms: 0, pdu: request() },
      { ms: 1, pdu: fack, from: SERVER, to: { host: '10.0.0.9', port: 5000 } },
      { ms: 2, pdu: { type: 'ping', header: header({ serial: 1 }) } },
      { ms: 3, pdu: { type: 'working', header: header() } },
      { ms: 4, pdu: { type: 'nocall', header: header(), body: null } },
      { ms: 5, pdu: response() },
      { ms: 6, pdu: fack },
      { ms: 7, pdu: { type: 'cl_cancel', header: header(), body: null } },
      { ms: 8, pdu: { type: 'ack', header: header() } },
    );
    expect(call).toMatchObject({
      pings: 1,
      workings: 1,
      nocalls: 1,
      facks: { client: 1, server: 1 },
      acks: 1,
      cancels: 1,
    });
    expect(rpc.types).toMatchObject({
      request: 1,
      fack: 2,
      ping: 1,
      working: 1,
      nocall: 1,
      response: 1,
      cl_cancel: 1,
      ack: 1,
    });
  });

  test('big-endian packets are read as they mean it', async () => {
    const { call } = await callsOf(
      { ms: 0, pdu: request({ drep: 0, sequence: 7, opnum: 3 }) },
      { ms: 2, pdu: response({ drep: 0x100000, sequence: 7, opnum: 3 }) },
    );
    expect(call).toMatchObject({ sequence: 7, opnum: 3, durationMs: 2, interface: { version: '1.0' } });
  });

  test('a capture that begins in the middle of a call counts it apart', async () => {
    const { rpc } = await callsOf(
      { ms: 0, pdu: response({ sequence: 4 }) },
      { ms: 5, pdu: { type: 'ack', header: header({ sequence: 4 }) } },
    );
    expect(rpc).toMatchObject({ calls: 0, callsWithoutRequest: 1 });
  });

  test('a call that is under way when the capture ends is pending and no finding, and nobody may say that it is fine', async () => {
    const { call, verdict, findings, doubts } = await callsOf({ ms: 0, pdu: request() });
    expect(call?.result.kind).toBe('pending');
    expect(findings).toEqual([]);
    expect(verdict).toBe('unknown');
    expect(doubts).toMatchObject([{ id: 'no-result', count: 1 }]);
  });

  test('an authenticated call names protocol and level, and an encrypted result is not read', async () => {
    const trailer = Uint8Array.of(6, 0, 0, 0, ...new Uint8Array(16));
    const clusapi = { interfaceId: uuid('b97db8b2-4c63-11cf-bff6-08002be23f2f'), interfaceMajor: 2, authProtocol: 10 };
    const { call } = await callsOf(
      { ms: 0, pdu: { type: 'request', header: header(clusapi), stub: new Uint8Array(16), trailer } },
      { ms: 1, pdu: { type: 'response', header: header(clusapi), stub: new Uint8Array(24).fill(9), trailer } },
    );
    expect(call).toMatchObject({
      authentication: { protocol: 10, level: 6 },
      result: { kind: 'response', status: null },
      findings: [],
    });
  });

  test('overlapped calls of one activity are told apart', async () => {
    const flags2 = FLAGS2.unrelated;
    const { conversation, rpc } = await callsOf(
      { ms: 0, pdu: request({ sequence: 0 }) },
      { ms: 1, pdu: request({ sequence: 1, flags2 }) },
      { ms: 2, pdu: request({ sequence: 2, flags2 }) },
      { ms: 3, pdu: response({ sequence: 1 }) },
      { ms: 5, pdu: response({ sequence: 0 }) },
      { ms: 9, pdu: response({ sequence: 2 }) },
    );
    expect(conversation?.calls.map(({ durationMs }) => durationMs)).toEqual([5, 2, 7]);
    expect(rpc).toMatchObject({ calls: 3, conversations: 1 });
  });
});

describe('findings of packets that our own machines do not send', () => {
  const large = (serial: number) => request({ sequence: 1, serial }, new Uint8Array(4000));

  test('large datagrams without an answer where small ones have one: too large for the path', async () => {
    const { findings } = await callsOf(
      { ms: 0, pdu: request() },
      { ms: 1, pdu: response() },
      ...[0, 1, 2, 3].map((serial) => ({ ms: 10 + 1000 * serial, pdu: large(serial) })),
    );
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([['path-too-narrow', 'problem']]);
    expect(findings[0]?.examples[0]?.detail).toContain('up to 4080 bytes large');
  });

  test('answers from another address than was asked', async () => {
    const { findings } = await callsOf(
      { ms: 0, pdu: request() },
      { ms: 1, pdu: response(), from: { host: '10.0.0.6', port: 1047 } },
      { ms: 2000, pdu: { type: 'ack', header: header() } },
    );
    expect(findings).toMatchObject([{ id: 'answered-from-elsewhere', severity: 'notice' }]);
  });

  test('the endpoint mapper that forwards a request is no other address', async () => {
    const { findings, conversation } = await callsOf(
      { ms: 0, pdu: request(), to: { ...SERVER, port: 135 } },
      { ms: 1, pdu: response() },
      { ms: 2000, pdu: { type: 'ack', header: header() } },
    );
    expect(findings).toEqual([]);
    expect(conversation).toMatchObject({ asked: { port: 135 }, answeredFrom: { port: 1047 } });
  });

  test('one request in five sent again is loss', async () => {
    const calls = Array.from({ length: 40 }, (_, sequence) => [
      { ms: 2000 * sequence, pdu: request({ sequence }) },
      ...(sequence % 5 === 0 ? [{ ms: 2000 * sequence + 1000, pdu: request({ sequence, serial: 1 }) }] : []),
      { ms: 2000 * sequence + 1001, pdu: response({ sequence }) },
    ]).flat();
    const { findings } = await callsOf(...calls);
    expect(findings).toMatchObject([{ id: 'packets-lost', severity: 'notice', count: 8 }]);
  });
});

test('of packets that the snap length cut the header is read and nothing else', async () => {
  const whole = captureOf([
    { ms: 0, pdu: request({}, new Uint8Array(64)) },
    { ms: 1, pdu: response({}, new Uint8Array(64)) },
  ]);
  expect((await explain(whole)).rpc.recognition.cutShort).toBe(0);
  const bytes = encodeCl(request({}, new Uint8Array(64)));
  expect(bytes.length).toBe(144);
  const packet = ipv4(udp({ payload: Buffer.from(bytes) }));
  const cut = pcapFile({}, [{ data: packet.subarray(0, 28 + 88), originalLength: packet.length }]);
  const { rpc } = await explain(cut);
  expect(rpc).toMatchObject({ pdus: 1, calls: 1, recognition: { cutShort: 1, lookalikes: 0 } });
});
