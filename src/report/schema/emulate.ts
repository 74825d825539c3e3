import { z } from 'zod';
import { countSchema, portSchema } from './common.ts';

/** The line that `clusrpc emulate` prints when it can be called; null: it does not serve that transport. */
export const emulateReadySchema = z.object({
  schema: z.literal('clusrpc/emulate-ready/1'),
  event: z.literal('ready'),
  host: z.string(),
  epmUdp: portSchema.nullable(),
  epmTcp: portSchema.nullable(),
  clusapiUdp: portSchema.nullable(),
  clusapiTcp: portSchema.nullable(),
  pid: countSchema,
});

/** The line that it prints at its end: numbers by name, more of them in later versions. */
export const emulateCountersSchema = z
  .object({ schema: z.literal('clusrpc/emulate-counters/1'), event: z.literal('counters') })
  .catchall(z.number());
