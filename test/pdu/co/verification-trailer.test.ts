import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/bytes/hex.ts';
import {
  appendVerificationTrailer,
  splitVerificationTrailer,
  type VerificationTrailer,
} from '../../../src/pdu/co/verification-trailer.ts';
import { RemoteProtocolError } from '../../../src/status/errors.ts';

const TRAILER: VerificationTrailer = {
  bitmask1: 1,
  context: {
    interface: { uuid: fromHex('b2b87db9634ccf11bff608002be23f2f'), version: { major: 3, minor: 0 } },
    transferSyntax: { uuid: fromHex('045d888aeb1cc9119fe808002b104860'), version: { major: 2, minor: 0 } },
  },
  header: { type: 0, drep: 0x10000000, callId: 3, contextId: 0, opnum: 7 },
};

/** By hand, after [MS-RPCE] 2.2.2.13: a stub of 5 bytes, 3 to the next multiple of 4, signature, three commands. */
const ENCODED = `0102030405 000000 8ae3137102f43671
  0100 0400 01000000
  0200 2800 b2b87db9634ccf11bff608002be23f2f 03000000 045d888aeb1cc9119fe808002b104860 02000000
  0340 1000 00 000000 10000000 03000000 0000 0700`;

test('a trailer is appended at a multiple of 4 and taken off again', () => {
  const stub = fromHex('0102030405');
  expect(toHex(appendVerificationTrailer(stub, TRAILER))).toBe(toHex(fromHex(ENCODED)));
  const split = splitVerificationTrailer(fromHex(ENCODED));
  expect(split?.trailer).toEqual(TRAILER);
  expect(toHex(split?.stub ?? new Uint8Array())).toBe('0102030405000000');
});

test('a stub without the signature has no trailer', () => {
  expect(splitVerificationTrailer(fromHex('01020304 8ae3137102f43672'))).toBeNull();
  expect(splitVerificationTrailer(new Uint8Array(0))).toBeNull();
  expect(splitVerificationTrailer(new Uint8Array(3))).toBeNull();
});

test('unknown commands are passed over, unless they must be obeyed', () => {
  const passed = splitVerificationTrailer(fromHex('8ae3137102f43671 7700 0400 00000000 0140 0400 01000000'));
  expect(passed?.trailer).toMatchObject({ bitmask1: 1, context: null });
  expect(() => splitVerificationTrailer(fromHex('8ae3137102f43671 77c0 0400 00000000'))).toThrow(RemoteProtocolError);
});

test('a trailer that is cut anywhere is a RemoteProtocolError', () => {
  const whole = fromHex(ENCODED);
  for (let length = 16; length < whole.length; length++) {
    expect(() => splitVerificationTrailer(whole.subarray(0, length))).toThrow(RemoteProtocolError);
  }
});
