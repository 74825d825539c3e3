import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type ClHeader,
  type ClPdu,
  type ClType,
  FLAGS1,
  type Request,
  type Response,
} from '../../../src/pdu/cl/index.ts';
import { BOOT } from './pair.ts';
import { bytes, request, response, scriptedClient, scriptedServer } from './scripted.ts';

/* Two conversations that failed between one of our machines and a C706 runtime, its side played again as it was. */

interface Line {
  /** ms */
  readonly at: number;
  readonly from: 'client' | 'server';
  readonly type: ClType;
  readonly header: Pick<ClHeader, 'flags1' | 'sequence' | 'fragment' | 'serial'>;
  readonly length: number;
  /** Words `name=value`, of the body of a fack. */
  readonly body: Readonly<Record<string, string>>;
}

function readTrace(name: string): Line[] {
  const text = readFileSync(new URL(`./foreign/${name}.txt`, import.meta.url), 'latin1');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [seconds = '', from, type, ...words] = line.trim().split(/\s+/);
      const own = words.slice(0, 7).map((word) => word.split('=')) as [string, string][];
      const value = Object.fromEntries(own);
      return {
        at: Math.round(Number(seconds) * 1_000),
        from: from as Line['from'],
        type: type as ClType,
        header: {
          flags1: Number.parseInt(value.f1 ?? '0', 16),
          sequence: Number(value.seq),
          fragment: Number(value.frag),
          serial: Number(value.ser),
        },
        length: Number(value.len),
        body: Object.fromEntries(words.slice(7).map((word) => word.split('='))),
      };
    });
}

/** Each fragment's own stub, so that one in the wrong place shows. */
function stubOf(fragment: number, length: number): Uint8Array {
  return bytes(length).map((octet) => (octet + 17 * fragment) & 0xff);
}

const whole = Uint8Array.from([0, 1, 2].flatMap((index) => [...stubOf(index, 1_384)]).concat([...stubOf(3, 856)]));

test('a C706 client that lost the last fragment of its request is told so, kept while it pings, and gets its answer', () => {
  const lines = readTrace('c706-client-request-fragment-lost').filter(
    ({ from, header }) => from === 'client' && header.sequence === 7,
  );
  const { receive, advance, now, take, events, handle } = scriptedServer({ dialect: 'liberal' });
  const origin = lines[0]?.at ?? 0;
  const heard: ClPdu[] = [];
  for (const { at, type, header, length } of lines) {
    advance(at - origin - now());
    const names = request({ ...header, flags1: header.flags1 | FLAGS1.idempotent }, stubOf(header.fragment, length));
    receive(type === 'ping' ? { type, header: { ...names.header, flags1: 0 } } : names);
    heard.push(...take());
    const dispatched = events[0];
    if (dispatched?.kind === 'dispatch') {
      expect(dispatched.stub).toEqual(whole);
      handle({ kind: 'complete', call: dispatched.call, outcome: { kind: 'response', stub: bytes(10) } });
      expect(take()).toMatchObject([{ type: 'response', stub: bytes(10) }]);
      break;
    }
  }
  expect(events).toHaveLength(1);
  // The first ping says at once what is missing, in a fack that the client cannot take for an old one.
  const toPings = heard.filter(
    (pdu) => 'body' in pdu && pdu.body !== null && 'serial' in pdu.body && (pdu.body.serial ?? 0) >= 5,
  );
  expect(toPings[0]).toMatchObject({ type: 'fack', header: { fragment: 2 }, body: { serial: 5 } });
  expect(heard.filter((pdu) => pdu.type === 'nocall' && pdu.body === null)).toEqual([]);
});

test('a client asks a C706 server instead of sending its first fragment over and over, and takes the response', () => {
  const lines = readTrace('c706-server-response-fragment-lost').filter(
    ({ from, type, header }) => from === 'server' && type === 'response' && header.sequence === 2,
  );
  const { call, receive, advance, now, take, events } = scriptedClient({ dialect: 'liberal' });
  call({ stub: bytes(3_700) });
  const [first] = take() as [Request];
  for (let serial = 0; serial < 3; serial++)
    receive({
      type: 'fack',
      header: { ...first.header, flags1: 0, fragment: serial, serial: 0 },
      body: { version: 1, windowSize: 24, maxTsdu: 65_508, maxFragSize: 1_464, serial, selectiveAck: [] },
    });
  const out = take().filter(({ type }) => type === 'request');
  expect(out.at(-1)?.header.flags1).toBe(FLAGS1.frag | FLAGS1.lastfrag | FLAGS1.nofack);
  const origin = (lines[0]?.at ?? 0) - 5;
  const said: ClPdu[] = [];
  // The first two responses of the trace did not arrive.
  for (const { at, header, length } of lines.slice(2)) {
    advance(at - origin - now());
    said.push(...take());
    const own = { flags1: header.flags1, fragment: header.fragment, serial: header.serial, serverBoot: BOOT };
    receive(response(first, stubOf(header.fragment, length), own) as Response);
  }
  expect(said.slice(0, 2).map(({ type }) => type)).toEqual(['ping', 'request']);
  expect(said.filter(({ type, header }) => type === 'request' && header.fragment === 0)).toEqual([]);
  expect(events).toMatchObject([{ kind: 'response', stub: { length: 3 * 1_384 + 852 } }]);
});
