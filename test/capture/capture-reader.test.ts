import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import type { Datagram, Packet } from '../../src/capture/packet.ts';
import { LocalMisuseError, RemoteProtocolError } from '../../src/status/errors.ts';
import { ipv4, pattern, pcapFile, pcapngBlocks, u16, u32, udp } from './builder.ts';
import { type CaptureSummary, readDatagrams } from './read-datagrams.ts';
import { SAMPLES } from './samples.ts';

const le = pcapngBlocks(false);
const PACKET = ipv4(udp());
const PCAPNG_START = Buffer.concat([le.section(), le.description(101)]);

interface Outcome {
  readonly packets: readonly Packet[];
  readonly error: unknown;
}

function read(chunks: readonly Uint8Array[], limits = {}): Outcome {
  const packets: Packet[] = [];
  const reader = new CaptureReader((packet) => packets.push({ ...packet, data: Buffer.from(packet.data) }), limits);
  try {
    for (const chunk of chunks) reader.push(chunk);
    reader.end();
  } catch (error) {
    return { packets, error };
  }
  return { packets, error: null };
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts, bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
}

/** All that was read as one text: far quicker to compare than thousands of bytes one by one. */
function inText({ packets, error }: Outcome): string {
  const lines = packets.map(({ data, ...fields }) => `${JSON.stringify(fields)} ${Buffer.from(data).toString('hex')}`);
  return [...lines, String(error)].join('\n');
}

describe.each(SAMPLES.filter(({ bytes }) => bytes.length < 50_000))('$name', ({ bytes, datagrams }) => {
  const whole = read([bytes]);
  const wholeText = inText(whole);

  test('is read whole', async () => {
    expect(whole.error).toBeNull();
    const found: Datagram[] = [];
    const summary = await readDatagrams([bytes], (datagram) => found.push(datagram));
    expect(found).toHaveLength(datagrams);
    expect(summary).toMatchObject({ packets: whole.packets.length, bytes: bytes.length, cutShortAt: null });
  });

  test('gives the same packets byte by byte and in any chunks', () => {
    expect(inText(read(split(bytes, [...bytes.keys()])))).toBe(wholeText);
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (at) => {
        expect(inText(read(split(bytes, at)))).toBe(wholeText);
      }),
      { numRuns: 50 },
    );
  });

  test('changed anywhere gives packets or RemoteProtocolError, the same in one piece and in many', async () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), value: fc.oneof(fc.constantFrom(0, 0xff), fc.nat(255)) });
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(bytes.length), async (list, length) => {
        const mutated = Buffer.from(bytes);
        for (const { at, value } of list) mutated[at] = value;
        const input = mutated.subarray(0, length);
        const outcome = read([input]);
        const pieces = split(input, [Math.floor(length / 3), Math.floor(length / 2)]);
        expect(inText(read(pieces))).toBe(inText(outcome));
        const summary = await readDatagrams([input], () => {}).catch((error: unknown) => error);
        if (outcome.error === null) {
          const { kinds, packets } = summary as CaptureSummary;
          expect(Object.values(kinds).reduce((sum, count) => sum + count)).toBe(packets);
        } else {
          expect(outcome.error).toBeInstanceOf(RemoteProtocolError);
          expect(outcome.error).toMatchObject({ code: 'ERR_CLUSRPC_INVALID_INPUT' });
          expect(summary).toEqual(outcome.error);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('bytes of chance give packets or RemoteProtocolError behind every good header', () => {
  const starts = [Buffer.alloc(0), pcapFile({}, []), pcapFile({ bigEndian: true }, []), PCAPNG_START];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), (start, noise) => {
      const { error } = read([Buffer.concat([start, noise])]);
      if (error !== null) expect(error).toBeInstanceOf(RemoteProtocolError);
    }),
    { numRuns: 2000 },
  );
});

describe('errors name the byte', () => {
  const pcap = pcapFile({}, [{ data: PACKET }]);
  const broken: readonly (readonly [string, Buffer, number, RegExp])[] = [
    ['an empty file', Buffer.alloc(0), 0, /ends before its first header/],
    ['a pcap header cut short', pcap.subarray(0, 20), 20, /ends before its first header/],
    ['a section header cut short', PCAPNG_START.subarray(0, 27), 27, /ends before its first header/],
    ['text', Buffer.from('hello, world'), 0, /neither pcap nor pcapng: it begins with 0x68656c6c/],
    ['pcap of version 3', Buffer.concat([u32(false, 0xa1b2c3d4), u16(false, 3, 0), Buffer.alloc(16)]), 4, /version 3/],
    ['a packet of 4 GiB', Buffer.concat([pcap, u32(false, 1, 2, 0xffffffff, 60)]), pcap.length + 8, /4294967295 bytes/],
    ['a section of no byte order', le.block(0x0a0d0d0a, Buffer.alloc(16)), 8, /byte-order magic/],
    [
      'a section of version 2',
      le.block(0x0a0d0d0a, u32(false, 0x1a2b3c4d), u16(false, 2, 0), Buffer.alloc(8)),
      12,
      /version 2/,
    ],
    ['a block of 13 bytes', Buffer.concat([PCAPNG_START, u32(false, 4, 13, 0)]), 52, /cannot be 13 bytes/],
    ['a block of no length', Buffer.concat([PCAPNG_START, u32(false, 6, 0, 0)]), 52, /cannot be 0 bytes/],
    ['a packet block of 4 GiB', Buffer.concat([PCAPNG_START, u32(false, 6, 0xfffffffc, 0)]), 52, /more than 16777216/],
    [
      'two lengths of one block',
      Buffer.concat([PCAPNG_START, u32(false, 4, 16, 0, 20)]),
      60,
      /ends with the length 20/,
    ],
    [
      'a packet longer than its block',
      Buffer.concat([PCAPNG_START, le.block(6, u32(false, 0, 0, 0, 5, 5), Buffer.alloc(4))]),
      68,
      /5 bytes, more than 4/,
    ],
    [
      'a packet of no interface',
      Buffer.concat([PCAPNG_START, le.enhanced(1, 0n, PACKET)]),
      48,
      /interface 1, not described/,
    ],
    [
      'a simple packet of no interface',
      Buffer.concat([le.section(), le.simple(PACKET)]),
      28,
      /interface 0, not described/,
    ],
    [
      'an option that leaves its block',
      Buffer.concat([le.section(), le.description(101, u16(false, 9, 400))]),
      44,
      /option 9 of 400/,
    ],
    [
      'a resolution of two bytes',
      Buffer.concat([le.section(), le.description(101, le.option(9, Buffer.alloc(2)))]),
      44,
      /if_tsresol of 2/,
    ],
  ];

  test.each(broken)('%s', (_, bytes, offset, message) => {
    const { error } = read([bytes]);
    expect(error).toBeInstanceOf(RemoteProtocolError);
    expect(error).toMatchObject({ code: 'ERR_CLUSRPC_INVALID_INPUT' });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(`byte ${offset}:`);
  });

  test('a compressed file is told to be unpacked', () => {
    expect(read([Buffer.from('1f8b0800', 'hex')]).error).toMatchObject({ advice: 'Unpack it by gzip -d.' });
  });

  test('packets before the break are delivered, and the error stays', () => {
    const packets: Packet[] = [];
    const reader = new CaptureReader((packet) => packets.push(packet));
    const bytes = Buffer.concat([pcap, u32(false, 1, 2, 0xffffffff, 60)]);
    expect(() => reader.push(bytes)).toThrow(RemoteProtocolError);
    expect(() => reader.push(pcap)).toThrow(/4294967295/);
    expect(() => reader.end()).toThrow(/4294967295/);
    expect(packets).toHaveLength(1);
  });

  test('a push after the end is misuse', () => {
    const reader = new CaptureReader(() => {});
    reader.push(pcap);
    reader.end();
    expect(() => reader.push(pcap)).toThrow(LocalMisuseError);
  });
});

describe('a file that ends inside a record says where', () => {
  const ends: readonly (readonly [string, Buffer, Buffer])[] = [
    ['pcap', pcapFile({}, [{ data: PACKET }]), pcapFile({}, [{ data: PACKET }]).subarray(24)],
    ['pcapng', PCAPNG_START, le.enhanced(0, 0n, PACKET)],
    ['pcapng in a block that is passed over', PCAPNG_START, le.block(5, pattern(60))],
  ];

  test.each(ends)('%s', (_, start, record) => {
    for (let length = 1; length < record.length; length++) {
      const reader = new CaptureReader(() => {});
      reader.push(Buffer.concat([start, record.subarray(0, length)]));
      expect(reader.end()).toMatchObject({ cutShortAt: start.length, bytes: start.length + length });
    }
  });
});

describe('what hostile lengths may cost', () => {
  test('a block of 4 GiB of an unknown type is passed over without being held', () => {
    const reader = new CaptureReader(() => {});
    reader.push(Buffer.concat([PCAPNG_START, u32(false, 0x777, 0xfffffffc)]));
    const chunk = new Uint8Array(1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 2048; i++) reader.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    expect(reader.end()).toMatchObject({ packets: 0, cutShortAt: PCAPNG_START.length });
  });

  test('a block as long as allowed that comes in pieces is held once and copied a few times', () => {
    const limits = { maxBlockBytes: 1024 * 1024, maxPacketBytes: 1024 * 1024 };
    const data = pattern(1024 * 1024 - 64);
    const bytes = Buffer.concat([PCAPNG_START, le.enhanced(0, 0n, data)]);
    const pieces = split(
      bytes,
      Array.from({ length: bytes.length / 16 }, (_, i) => i * 16),
    );
    const { packets, error } = read(pieces, limits);
    expect(error).toBeNull();
    expect(Buffer.from(packets[0]?.data ?? []).equals(data)).toBe(true);
  });

  test('a section of too many interfaces is refused', () => {
    const descriptions = Array.from({ length: 9 }, () => le.description(101));
    const { error } = read([Buffer.concat([le.section(), ...descriptions])], { maxInterfaces: 8 });
    expect((error as Error).message).toMatch(/more than 8 interfaces/);
  });

  test('ten thousand chunks of packets leave no memory behind', () => {
    let count = 0;
    const reader = new CaptureReader(() => {
      count += 1;
    });
    reader.push(pcapFile({}, []));
    const record = pcapFile({}, [{ data: ipv4(udp({ payload: pattern(1000) })) }]).subarray(24);
    const chunk = Buffer.concat(Array.from({ length: 60 }, () => record)).subarray(0, 60 * record.length);
    const shifted = Buffer.concat([chunk.subarray(13), chunk.subarray(0, 13)]);
    reader.push(chunk.subarray(0, 13));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 10_000; i++) reader.push(shifted);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 1024 * 1024);
    expect(count).toBe(600_000);
  });
});

describe('pcapng details', () => {
  test('a simple packet is cut to the snap length of interface 0 and takes the time before it', () => {
    const bytes = Buffer.concat([
      le.section(),
      le.description(101, undefined, 20),
      le.enhanced(0, 5_000_001n, PACKET),
      le.simple(PACKET.subarray(0, 20), PACKET.length),
    ]);
    const [, simple] = read([bytes]).packets;
    expect(simple).toEqual({
      number: 2,
      seconds: 5,
      nanoseconds: 1000,
      timed: false,
      interfaceId: 0,
      linkType: 101,
      data: PACKET.subarray(0, 20),
      originalLength: PACKET.length,
    });
  });

  test.each([
    [0, 1_700_000_000n, 1_700_000_000, 0],
    [9, 0xffffffffffffffffn, 18_446_744_073, 709_551_615],
    [12, 1_700_000_000_123_456n, 1700, 123],
    [0x80, 77n, 77, 0],
    [0x80 | 32, (1_700_000_000n << 32n) | 0x80000000n, 1_700_000_000, 500_000_000],
    [127, 0xffffffffffffffffn, 0, 0],
  ])('if_tsresol %i gives exact times', (resolution, ticks, seconds, nanoseconds) => {
    const description = le.description(101, le.option(9, Buffer.of(resolution)));
    const [packet] = read([Buffer.concat([le.section(), description, le.enhanced(0, ticks, PACKET)])]).packets;
    expect(packet).toMatchObject({ seconds, nanoseconds });
  });

  test('a negative if_tsoffset is taken off', () => {
    const description = le.description(101, le.option(14, le.seconds64(-5n)));
    const [packet] = read([Buffer.concat([le.section(), description, le.enhanced(0, 7_000_000n, PACKET)])]).packets;
    expect(packet).toMatchObject({ seconds: 2, nanoseconds: 0 });
  });
});
