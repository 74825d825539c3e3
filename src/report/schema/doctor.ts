import { z } from 'zod';

const factSchema = z.object({
  name: z.string(),
  available: z.boolean(),
  detail: z.string(),
  advice: z.string().nullable(),
});

/** What `clusrpc doctor --json` prints. */
export const doctorSchema = z.object({
  schema: z.literal('clusrpc/doctor/1'),
  platform: z.string(),
  arch: z.string(),
  node: z.string(),
  backends: z.array(factSchema),
  peers: z.array(factSchema),
  rights: z.array(factSchema),
});
