import type { z } from 'zod';
import { emulateCountersSchema, emulateReadySchema } from './emulate.ts';
import { endpointsSchema } from './endpoints.ts';
import { portsSchema } from './ports.ts';
import { probeSchema } from './probe.ts';
import { soakSchema } from './soak.ts';

export { emulateCountersSchema, emulateReadySchema, endpointsSchema, portsSchema, probeSchema, soakSchema };

/** Every document of the command line by the name of its JSON Schema in the package: `clusrpc/schema/probe-1.json`. */
export const SCHEMAS = {
  'emulate-counters': emulateCountersSchema,
  'emulate-ready': emulateReadySchema,
  'endpoints-1': endpointsSchema,
  'ports-1': portsSchema,
  'probe-1': probeSchema,
  'soak-1': soakSchema,
} as const satisfies Record<string, z.ZodType>;
