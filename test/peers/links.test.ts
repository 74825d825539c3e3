import { expect, test } from 'vitest';
import { encodeIpPacket } from '../../src/capture/ip-writer.ts';
import { explain } from '../../src/explain/index.ts';
import { encodeCl } from '../../src/pdu/cl/index.ts';
import { pcapngBlocks } from '../capture/builder.ts';
import { ALL_LINKS } from '../capture/links.ts';
import { CLIENT, request, response, SERVER } from '../explain/pdus.ts';
import { tsharkFields } from './wireshark.ts';

/** Guesses of tshark that come first, and what a pseudowire carries, which nothing on the wire tells. */
const OPTIONS = ['--disable-protocol', 'wg', '--disable-protocol', 'tapa', '-d', 'mpls.label==100,pwethcw'];

test('tshark finds the same PDUs over every link and through every tunnel', async () => {
  const { section, description, enhanced } = pcapngBlocks(false);
  const messages = [
    { from: CLIENT, to: SERVER, payload: encodeCl(request()) },
    { from: SERVER, to: CLIENT, payload: encodeCl(response()) },
  ].map((message) => Buffer.from(encodeIpPacket(message)));
  const capture = Buffer.concat([
    section(),
    ...ALL_LINKS.map(({ linkType }) => description(linkType)),
    ...ALL_LINKS.flatMap(({ wrap }, id) => messages.map((ip) => enhanced(id, 0n, wrap(ip)))),
  ]);
  const theirs = tsharkFields(capture, ['frame.number'], 'dcerpc', OPTIONS).map(([frame]) => Number(frame));
  const missed = ALL_LINKS.filter((_, i) => !theirs.includes(2 * i + 1) || !theirs.includes(2 * i + 2));
  expect(missed.map(({ name }) => name)).toEqual([]);
  expect((await explain(capture)).rpc.pdus).toBe(theirs.length);
});
