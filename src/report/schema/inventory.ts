import { z } from 'zod';
import { countSchema } from './common.ts';
import { errorSchema, kb814622Schema, versionSchema } from './probe.ts';

const object = { name: z.string(), id: z.string() };

/** What `clusrpc inventory --json` prints and `inventory()` returns. */
export const inventorySchema = z.object({
  schema: z.literal('clusrpc/inventory/1'),
  target: z.string(),
  cluster: z.object({ name: z.string(), node: z.string(), version: versionSchema }),
  kb814622: kb814622Schema,
  nodes: z.array(z.object({ ...object, state: z.enum(['up', 'down', 'paused', 'joining', 'unknown']) })),
  groups: z.array(
    z.object({
      ...object,
      state: z.enum(['online', 'offline', 'failed', 'partial-online', 'pending', 'unknown']),
      owner: z.string(),
    }),
  ),
  resources: z.array(
    z.object({
      ...object,
      type: z.string(),
      state: z.enum(['initializing', 'online', 'offline', 'failed', 'online-pending', 'offline-pending', 'unknown']),
      group: z.string(),
      owner: z.string(),
    }),
  ),
  networks: z.array(z.object({ ...object, state: z.enum(['unavailable', 'down', 'partitioned', 'up', 'unknown']) })),
  netInterfaces: z.array(
    z.object({ ...object, state: z.enum(['failed', 'unreachable', 'unavailable', 'up', 'unknown']) }),
  ),
  resourceTypes: z.array(z.string()),
  quorum: z.object({ name: z.string(), path: z.string(), maxLogSize: countSchema }).nullable(),
  unread: z.array(
    z.object({
      kind: z.enum(['node', 'group', 'resource', 'network', 'netInterface', 'quorum']),
      name: z.string(),
      error: errorSchema,
    }),
  ),
});
