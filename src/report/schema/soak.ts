import { z } from 'zod';
import { FAILURE_KINDS } from '../../ports/profiles.ts';
import { SOAK_FAILURES, type SoakFailureKind } from '../../soak/failures.ts';
import { ARRIVALS, HOLDS } from '../../soak/shapes.ts';
import {
  clientProfileSchema,
  countSchema,
  onFailureSchema,
  quantilesSchema,
  reuseSchema,
  timeSchema,
  win32StatusSchema,
} from './common.ts';

const failureKinds = Object.keys(SOAK_FAILURES) as SoakFailureKind[];

const momentSchema = z.object({ cycle: countSchema, ms: timeSchema });

const settingsSchema = z.object({
  target: z.string(),
  time: z.enum(['virtual', 'real']),
  clientProfile: clientProfileSchema.nullable(),
  hostProfile: z.string().nullable(),
  ports: z.string(),
  onFailure: onFailureSchema,
  reuse: reuseSchema,
  leakOn: z.array(z.enum(FAILURE_KINDS)),
  recycleAfterMs: timeSchema,
  cycles: countSchema.nullable(),
  durationMs: timeSchema.nullable(),
  everyMs: timeSchema,
  holdMs: timeSchema,
  arrivals: z.enum(ARRIVALS).default('constant'),
  burst: countSchema.default(10),
  holds: z.enum(HOLDS).default('constant'),
  thinkMs: timeSchema.default(0),
  traced: countSchema.nullable().default(null),
  concurrency: countSchema.nullable(),
  failureRate: z.number().min(0).max(1),
  failureKind: z.enum(failureKinds),
  failureMs: z.partialRecord(z.enum(failureKinds), timeSchema),
  onExhaustion: z.enum(['fail', 'hang']),
  strategy: z.enum(['naive', 'cached-handle', 'recycled-process', 'gated']),
  programs: countSchema,
  seed: z.number(),
});

/** How many ports are in which state, `ms` after the first open. */
const timelinePointSchema = z.object({
  ms: timeSchema,
  inUse: countSchema,
  closing: countSchema,
  recycled: countSchema,
  leaked: countSchema,
});

/** A line of `clusrpc soak --ndjson` before the last: how a cycle ended, and the ports then. */
export const soakStepSchema = timelinePointSchema.extend({
  schema: z.literal('clusrpc/soak-step/1'),
  cycle: countSchema,
  outcome: z.enum(['opened', 'failed', 'refused']),
});

const programSchema = z.object({
  id: z.string(),
  pid: countSchema.nullable(),
  end: z.string(),
  gaveBack: countSchema,
  cycles: countSchema,
  opened: countSchema,
  failed: countSchema,
  refused: countSchema,
  closed: countSchema,
});

/** One run: cycles = opened + failed + refused. */
const runSchema = z.object({
  schema: z.literal('clusrpc/soak/1'),
  settings: settingsSchema,
  cycles: countSchema,
  opened: countSchema,
  failed: countSchema,
  refused: countSchema,
  closed: countSchema,
  ended: z.enum(['cycles', 'duration', 'standstill', 'aborted', 'three-failures']),
  stalls: z.object({ count: countSchema, longestMs: timeSchema, first: momentSchema.nullable() }),
  exhausted: z.object({ at: momentSchema, error: win32StatusSchema }).nullable(),
  ports: z.object({
    pool: countSchema,
    inUse: countSchema,
    closing: countSchema,
    recycled: countSchema,
    leaked: countSchema,
    peak: countSchema,
  }),
  timeline: z.array(timelinePointSchema).max(1000),
  latencyMs: z.object({ p50: timeSchema, p95: timeSchema, p99: timeSchema, max: timeSchema }).nullable(),
  forecast: z.object({
    firstRefusalMs: quantilesSchema.nullable(),
    exhaustionMs: quantilesSchema.nullable(),
    simulated: z.object({ runs: countSchema, opens: countSchema }).optional(),
  }),
  /** After calls that failed: opens of handles anew. */
  reconnects: countSchema.optional(),
  /** Of several programs on one machine, what each did. */
  programs: z.array(programSchema).optional(),
});

/** What `clusrpc soak --json` prints and `soak()` returns. */
export const soakSchema = runSchema.extend({
  /** The same load with one thing changed each. */
  variants: z
    .array(
      z.object({ id: z.enum(['unfixed', 'fixed', 'cached-handle', 'gated', 'recycled-process']), report: runSchema }),
    )
    .optional(),
});
