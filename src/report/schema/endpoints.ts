import { z } from 'zod';
import { addressSchema, countSchema, portSchema } from './common.ts';

/** Text of a UUID; any bits, since what a mapper offers need not follow RFC 9562. */
const uuidSchema = z.guid();

const entrySchema = z.object({
  interface: z.object({
    uuid: uuidSchema,
    name: z.string().nullable(),
    version: z.object({ major: countSchema, minor: countSchema }),
  }),
  protocol: z.string().nullable(),
  address: z.string().nullable(),
  port: portSchema.nullable(),
  pipe: z.string().nullable(),
  annotation: z.string(),
  object: uuidSchema.nullable(),
});

/** What `clusrpc endpoints --json` prints and `endpoints()` returns. */
export const endpointsSchema = z.object({
  schema: z.literal('clusrpc/endpoints/1'),
  target: z.string(),
  mapper: addressSchema,
  over: z.enum(['udp', 'tcp']),
  answeredFrom: addressSchema,
  semantics: z.enum(['at-most-once', 'idempotent']),
  entries: z.array(entrySchema),
});
