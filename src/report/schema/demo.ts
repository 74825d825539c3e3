import { z } from 'zod';
import { countSchema } from './common.ts';
import { soakSchema } from './soak.ts';

/** What `clusrpc demo --json` prints. */
export const demoSchema = z.object({
  schema: z.literal('clusrpc/demo/1'),
  timesFaster: z.number(),
  host: z.string(),
  acts: z.array(
    z.object({
      id: z.enum(['leak', 'fixed', 'stall']),
      client: z.string(),
      report: soakSchema,
      afterEnd: z.object({ freeBefore: countSchema, freeAfter: countSchema, newProgramOpens: z.boolean() }),
    }),
  ),
  asExpected: z.boolean(),
});
