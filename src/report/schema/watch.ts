import { z } from 'zod';
import { countSchema, portRangeSchema, portSchema, quantilesSchema, timeSchema } from './common.ts';

const trendSchema = z.object({
  measure: z.enum(['held', 'used']),
  first: countSchema,
  last: countSchema,
  perHour: z.number(),
  score: z.number(),
  growing: z.boolean(),
});

/** The ports of RPC, judged as a series of netstat is; times in ms from the first sample on. */
const seriesSchema = z.object({
  leak: z.enum(['yes', 'no', 'unknown']),
  held: z.object({ last: countSchema, peak: countSchema }),
  everBound: countSchema,
  lost: countSchema,
  lostPerDay: z.number().nullable(),
  runsOutMs: quantilesSchema.nullable(),
  neededMs: timeSchema.nullable(),
});

const systemSchema = z.object({
  counters: z.object({ received: countSchema, noPort: countSchema, errors: countSchema, sent: countSchema }).nullable(),
  events: z.array(z.object({ id: countSchema, ms: timeSchema, sentence: z.string() })).nullable(),
  missing: z.array(z.string()),
});

const sampleSchema = z.object({ ms: timeSchema, udp: z.array(portSchema), tcp: z.array(portSchema) });

/** A line of `clusrpc watch --ndjson` before the last. */
export const watchSampleSchema = sampleSchema.extend({
  schema: z.literal('clusrpc/watch-sample/1'),
  event: z.literal('sample'),
});

/** What `clusrpc watch --json` prints. Times are ms since 1970. */
export const watchSchema = z.object({
  schema: z.literal('clusrpc/watch/1'),
  pid: countSchema,
  ranges: z.array(portRangeSchema).nullable(),
  samples: z.array(sampleSchema),
  verdict: z.enum(['leaking', 'not-leaking', 'cannot-tell']),
  trends: z.array(trendSchema),
  exhaustedAtMs: timeSchema.nullable(),
  /** Nine cases of ten lie between p05 and p95. */
  exhaustedBetweenMs: quantilesSchema.nullable().optional(),
  series: seriesSchema.nullable().optional(),
  because: z.array(z.string()),
  /** With --counters or --events: what the machine showed meanwhile. */
  system: systemSchema.optional(),
});
