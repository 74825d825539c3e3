import { z } from 'zod';
import { PORT_PROBLEM_CODES } from '../../ports/problems.ts';
import {
  clientProfileSchema,
  countSchema,
  onFailureSchema,
  portRangeSchema,
  quantilesSchema,
  reuseSchema,
  timeSchema,
} from './common.ts';

const yesNoSchema = z.enum(['Y', 'N']).nullable();

const hangSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('leak'), failureRate: z.number(), circulating: countSchema, message: z.string() }),
  z.object({ kind: z.literal('stall'), expectedMs: timeSchema, circulating: countSchema, message: z.string() }),
  z.object({ kind: z.literal('not-the-ports'), opens: countSchema, message: z.string() }),
]);

const forecastSchema = z.object({
  steadyNeed: countSchema,
  circulating: countSchema,
  firstRefusal: z
    .object({
      reason: z.enum(['stalled', 'exhausted']),
      bound: z.enum(['estimate', 'earliest']),
      open: quantilesSchema,
      ms: quantilesSchema,
    })
    .nullable(),
  exhaustionMs: quantilesSchema.nullable(),
  stallShare: z.number().nullable(),
  remarks: z.array(z.string()),
});

/** What `clusrpc ports --json` prints and `ports()` returns. */
export const portsSchema = z.object({
  schema: z.literal('clusrpc/ports/1'),
  source: z.string(),
  valid: z.boolean(),
  problems: z.array(
    z.object({
      code: z.enum(PORT_PROBLEM_CODES),
      value: z.enum(['Ports', 'PortsInternetAvailable', 'UseInternetPorts']),
      found: z.string().nullable(),
      message: z.string(),
    }),
  ),
  warnings: z.array(z.string()),
  remarks: z.array(z.string()),
  policy: z
    .object({
      ports: z.array(z.string()).nullable(),
      portsInternetAvailable: yesNoSchema,
      useInternetPorts: yesNoSchema,
    })
    .nullable(),
  pool: z.object({
    size: countSchema,
    ranges: z.array(portRangeSchema),
    kind: z.enum(['configured', 'dynamic']),
  }),
  settings: z.object({
    clientProfile: clientProfileSchema.nullable(),
    onFailure: onFailureSchema,
    reuse: reuseSchema,
    recycleAfterMs: timeSchema,
    everyMs: timeSchema.nullable(),
    holdMs: timeSchema,
    failureRate: z.number().min(0).max(1),
    uptimeMs: timeSchema.nullable(),
  }),
  capacity: z.object({ sustainedOpensPerSecond: z.number().min(0), everyMs: timeSchema.nullable() }),
  hang: hangSchema.nullable(),
  forecast: forecastSchema.nullable(),
  needed: z.object({ size: countSchema, range: portRangeSchema.nullable() }).nullable(),
});
