import { z } from 'zod';
import { countSchema, portRangeSchema, portSchema, timeSchema } from './common.ts';

const trendSchema = z.object({
  measure: z.enum(['held', 'used']),
  first: countSchema,
  last: countSchema,
  perHour: z.number(),
  score: z.number(),
  growing: z.boolean(),
});

/** What `clusrpc watch --json` prints. Times are ms since 1970. */
export const watchSchema = z.object({
  schema: z.literal('clusrpc/watch/1'),
  pid: countSchema,
  ranges: z.array(portRangeSchema).nullable(),
  samples: z.array(z.object({ ms: timeSchema, udp: z.array(portSchema), tcp: z.array(portSchema) })),
  verdict: z.enum(['leaking', 'not-leaking', 'cannot-tell']),
  trends: z.array(trendSchema),
  exhaustedAtMs: timeSchema.nullable(),
  because: z.array(z.string()),
});
