import { z } from 'zod';
import { countSchema } from './common.ts';
import { soakSchema } from './soak.ts';

/** What `clusrpc demo --json` prints. */
export const demoSchema = z.object({
  schema: z.literal('clusrpc/demo/1'),
  timesFaster: z.number(),
  addresses: z.object({ client: z.string(), host: z.string() }),
  acts: z.array(
    z.object({
      id: z.enum(['leak', 'fixed', 'stall']),
      report: soakSchema,
      afterEnd: z.object({ freeBefore: countSchema, freeAfter: countSchema, newProgramOpens: z.boolean() }),
    }),
  ),
  asExpected: z.boolean(),
});
