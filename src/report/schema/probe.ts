import { z } from 'zod';
import { REASONS, STAGES } from '../../client/stages.ts';
import { addressSchema, countSchema, portSchema, timeSchema, win32StatusSchema } from './common.ts';

/** The way to an open cluster, in order. */
export const stageIdSchema = z.enum(STAGES);

export const reasonSchema = z.enum(REASONS);

export const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  win32: win32StatusSchema.exactOptional(),
  wire: z.object({ code: countSchema, symbol: z.string().nullable() }).exactOptional(),
});

const stageSchema = z.object({
  id: stageIdSchema,
  status: z.enum(['pass', 'fail', 'skip', 'unknown']),
  reason: reasonSchema.exactOptional(),
  ms: timeSchema,
  detail: z.string(),
  answeredFrom: addressSchema.exactOptional(),
  error: errorSchema.exactOptional(),
  advice: z.string().exactOptional(),
});

export const versionSchema = z.object({
  major: countSchema,
  minor: countSchema,
  build: countSchema,
  servicePack: z.string(),
  vendor: z.string(),
});

export const kb814622Schema = z.object({
  verdict: z.enum(['affected', 'partly', 'fixed', 'not-applicable', 'unknown']),
  appliesTo: z.string(),
  because: z.array(z.string()),
});

/** One target; with `--ndjson` a line of its own. */
const probeResultSchema = z.object({
  target: z.string(),
  transport: z.enum(['udp', 'tcp', 'native', 'ffi']),
  cycle: countSchema.exactOptional(),
  stages: z.array(stageSchema),
  stoppedAt: stageIdSchema.nullable(),
  cluster: z.object({ name: z.string(), node: z.string(), version: versionSchema.nullable() }).nullable(),
  kb814622: kb814622Schema.nullable(),
  localPorts: z.array(z.object({ port: portSchema, reason: z.union([reasonSchema, z.enum(['in-use', 'untested'])]) })),
  triedPorts: countSchema.exactOptional(),
});

/** What `clusrpc probe --json` prints and `probe()` returns. */
export const probeSchema = z.object({ schema: z.literal('clusrpc/probe/1'), results: z.array(probeResultSchema) });
