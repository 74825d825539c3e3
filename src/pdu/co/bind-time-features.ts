import { sameUuid, type Uuid, uuid } from '../../bytes/uuid.ts';
import type { PresentationSyntax } from './syntax.ts';

/**
 * The transfer syntax that is none: a context that offers it asks which features the server has, by the bits in the fourth
 * group of its UUID, and is answered with negotiateAck and the bits that both have ([MS-RPCE] 2.2.2.14, 3.3.1.5.3).
 */
export const FEATURE = { securityContextMultiplexing: 0x0001, keepConnectionOnOrphan: 0x0002 } as const;

const PREFIX = uuid('6cb71c2c-9812-4540-0000-000000000000');

export function featureSyntax(bits: number): PresentationSyntax {
  const value = PREFIX.slice();
  value[8] = bits;
  value[9] = bits >>> 8;
  return { uuid: value, version: { major: 1, minor: 0 } };
}

/** The bits of such a transfer syntax; null: it is another one. */
export function featuresOf({ uuid: value }: PresentationSyntax): number | null {
  const bits = (value[8] as number) | ((value[9] as number) << 8);
  return sameUuid(withoutBits(value), PREFIX) ? bits : null;
}

function withoutBits(value: Uuid): Uuid {
  const copy = value.slice();
  copy.fill(0, 8, 10);
  return copy;
}
