import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import type { Datagram, Packet } from '../../src/capture/packet.ts';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { ethernet, ipv4, pattern, pcapFile, udp } from '../capture/builder.ts';
import { readDatagrams } from '../capture/read-datagrams.ts';
import { SAMPLES } from '../capture/samples.ts';
import { convert, tsharkFields, wireshark, withDirectory } from './wireshark.ts';

const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'frame.cap_len',
  'frame.len',
  'ip.src',
  'ipv6.src',
  'udp.srcport',
  'ip.dst',
  'ipv6.dst',
  'udp.dstport',
  'udp.length',
  'udp.payload',
];
/** Not the journal entries and custom blocks of pcapng, which are frames for tshark too. */
const PACKETS = 'raw or ip or ipv6 or eth or sll or null';

async function ourDatagrams(capture: Uint8Array): Promise<Datagram[]> {
  const found: Datagram[] = [];
  await readDatagrams([capture], (datagram) => found.push(datagram));
  return found;
}

function ourPackets(capture: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  const reader = new CaptureReader((packet) => packets.push(packet));
  reader.push(capture);
  reader.end();
  return packets;
}

/** Packets with number, time and lengths; datagrams with number, ends, length and payload, and how many there are. */
async function expectSame(capture: Uint8Array, count: number): Promise<void> {
  const rows = tsharkFields(capture, FIELDS, PACKETS);
  const packets = ourPackets(capture).map(({ number, seconds, nanoseconds, data, originalLength }) => [
    String(number),
    `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
    String(data.length),
    String(originalLength),
  ]);
  expect(packets).toEqual(rows.map((row) => row.slice(0, 4)));

  const theirs = rows.filter((row) => row[6] !== '').map(datagramOfRow);
  expect(theirs).toHaveLength(count);
  const ours = (await ourDatagrams(capture)).map(({ number, from, to, payload, truncated }, i) => ({
    number,
    from,
    to,
    // A cut payload has no length of its own; the one of the header is checked on whole ones.
    length: truncated ? theirs[i]?.length : payload.length,
    payload: Buffer.from(payload).toString('hex'),
  }));
  expect(ours).toEqual(theirs);
}

function datagramOfRow(row: readonly string[]) {
  const [number, , , , source4, source6, sourcePort, target4, target6, targetPort, length, payload] = row;
  return {
    number: Number(number),
    from: { host: source4 || source6, port: Number(sourcePort) },
    to: { host: target4 || target6, port: Number(targetPort) },
    length: Number(length) - 8,
    payload: payload ?? '',
  };
}

describe('tshark and we read the same', () => {
  test.each(SAMPLES)('$name', async ({ bytes, datagrams }) => {
    await expectSame(bytes, datagrams);
  });

  const writer = new PcapngWriter();
  const own = Buffer.concat([
    writer.header(),
    ...[10, 200, 1500, 40_000].map((size, i) =>
      writer.packet({
        timestampMs: 1_700_000_000_000 + i * 1000.5,
        from: { host: '10.0.0.1', port: 5000 + i },
        to: { host: '10.0.0.2', port: 3343 },
        payload: pattern(size),
      }),
    ),
  ]);

  test.each(['pcap', 'nsecpcap', 'pcapng'])('our pcapng as editcap turns it into %s', async (format) => {
    const converted = convert('editcap', ['-F', format], own);
    await expectSame(converted, 4);
    const payloads = (await ourDatagrams(converted)).map(({ payload }) => payload.length);
    expect(payloads).toEqual([10, 200, 1500, 40_000]);
  });

  test.each(['pcap', 'pcapng'])('packets that editcap cut to 100 bytes in %s are marked', async (format) => {
    const cut = convert('editcap', ['-F', format, '-s', '100'], own);
    await expectSame(cut, 4);
    expect((await ourDatagrams(cut)).map(({ truncated }) => truncated)).toEqual([false, true, true, true]);
  });

  test.each([
    ['IPv4', ['-4', '10.1.1.1,10.1.1.2']],
    ['IPv6', ['-6', '2001:db8::5,2001:db8::6']],
  ])('a capture that text2pcap made of a hex dump over %s', async (_, addresses) => {
    const dump = [0, 1, 2]
      .map(
        (i) =>
          `000000 ${pattern(40 + i)
            .toString('hex')
            .replace(/../g, '$& ')}\n`,
      )
      .join('');
    for (const format of ['pcapng', 'pcap', 'nsecpcap']) {
      const made = convert('text2pcap', ['-q', '-F', format, '-u', '5000,3343', ...addresses], dump);
      await expectSame(made, 3);
    }
  });

  test('a pcapng that mergecap made of Ethernet and raw IP has two interfaces', async () => {
    const merged = withDirectory((directory) => {
      const files = [join(directory, 'a'), join(directory, 'b'), join(directory, 'merged')] as const;
      writeFileSync(files[0], own);
      writeFileSync(
        files[1],
        pcapFile({ linkType: 1 }, [{ data: ethernet(0x0800, ipv4(udp())), seconds: 1_700_000_002 }]),
      );
      wireshark('mergecap', ['-F', 'pcapng', '-I', 'none', '-w', files[2], files[0], files[1]]);
      return readFileSync(files[2]);
    });
    expect(new Set(ourPackets(merged).map(({ linkType }) => linkType))).toEqual(new Set([1, 101]));
    await expectSame(merged, 5);
  });
});

describe('tshark finds our files in order', () => {
  const CHECKS = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE'];
  const ours = SAMPLES.filter(({ name }) => name.startsWith('our '));

  test.each(ours)('$name: every checksum is good and nothing is malformed', ({ bytes, datagrams }) => {
    const fields = ['udp.checksum.status', 'ip.checksum.status', 'ip.version', 'ipv6.version'];
    const rows = tsharkFields(bytes, fields, 'udp', CHECKS);
    expect(rows).toHaveLength(datagrams);
    const GOOD = '1';
    for (const [udpStatus, ipStatus, , version6] of rows) {
      expect(udpStatus).toBe(GOOD);
      expect(ipStatus).toBe(version6 === '6' ? '' : GOOD);
    }
    expect(tsharkFields(bytes, ['frame.number'], 'ip.bogus_ip_length or udp.length.bad', CHECKS)).toEqual([]);
  });

  test('a payload whose checksum comes out as zero is sent with 0xffff', () => {
    const message = (word: number) => ({
      timestampMs: 0,
      from: { host: '10.0.0.1', port: 1 },
      to: { host: '10.0.0.2', port: 2 },
      payload: Uint8Array.of(word >>> 8, word & 0xff),
    });
    const writer = new PcapngWriter();
    const words = Array.from({ length: 0x10000 }, (_, word) => word);
    const capture = Buffer.concat([writer.header(), ...words.map((word) => writer.packet(message(word)))]);
    const special = tsharkFields(capture, ['udp.checksum', 'udp.checksum.status'], 'udp.checksum == 0xffff', CHECKS);
    expect(special).toEqual([['0xffff', '1']]);
    expect(tsharkFields(capture, ['frame.number'], 'udp.checksum == 0 or !(udp.checksum.status == 1)', CHECKS)).toEqual(
      [],
    );
  });
});
