import { expect, test } from 'vitest';
import { swapUuid, uuid, uuidText } from '../../src/bytes/uuid.ts';

const TEXT = 'b97db8b2-4c63-11cf-bff6-08002be23f2f';

test('a UUID inside a Buffer is read and turned without a change to the Buffer', () => {
  const received = Buffer.from(uuid(TEXT));
  const before = received.toString('hex');
  expect(uuidText(received)).toBe(TEXT);
  expect(Buffer.from(swapUuid(received)).toString('hex')).toBe('b97db8b24c6311cfbff608002be23f2f');
  expect(received.toString('hex')).toBe(before);
});
