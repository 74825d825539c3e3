import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemoteProtocolError } from '../../src/status/errors.ts';
import { littleEndians } from './arbitraries.ts';
import { CODECS, type Codec } from './codecs.ts';

const SEED = 20_030_814;

describe.each(CODECS)('$name', ({ sample, encode, decode }: Codec) => {
  test('what is encoded is decoded unchanged in both byte orders', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom(...littleEndians), (value, littleEndian) => {
        expect(decode(encode(value, littleEndian), littleEndian)).toEqual(value);
      }),
      { seed: SEED },
    );
  });

  test('every shorter stub is a RemoteProtocolError', () => {
    for (const littleEndian of littleEndians) {
      for (const value of fc.sample(sample, { numRuns: 8, seed: SEED })) {
        const stub = encode(value, littleEndian);
        for (let length = 0; length < stub.length; length++) {
          expect(() => decode(stub.subarray(0, length), littleEndian)).toThrow(RemoteProtocolError);
        }
      }
    }
  });

  test('a stub with 0xffffffff in any place is read or refused, at once', () => {
    for (const value of fc.sample(sample, { numRuns: 8, seed: SEED })) {
      const stub = encode(value, true);
      for (let at = 0; at + 4 <= stub.length; at += 4) {
        const hostile = stub.slice();
        hostile.fill(0xff, at, at + 4);
        expectValueOrRefusal(() => decode(hostile, true));
      }
    }
  });

  test('random bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (stub, littleEndian) => {
        expectValueOrRefusal(() => decode(stub, littleEndian));
      }),
      { seed: SEED },
    );
  });

  test('bytes behind the last parameter are ignored', () => {
    const [value] = fc.sample(sample, { numRuns: 1, seed: SEED });
    const stub = encode(value, true);
    expect(decode(Uint8Array.of(...stub, 0x8a, 0xe3, 0x13, 0x71), true)).toEqual(value);
  });
});

function expectValueOrRefusal(decode: () => unknown): void {
  try {
    expect(decode()).toBeTypeOf('object');
  } catch (error) {
    expect(error).toBeInstanceOf(RemoteProtocolError);
  }
}
