import type { z } from 'zod';
import { auditListSchema, auditSchema, netstatSchema } from './audit.ts';
import { collectorSchema, completionSchema } from './collector.ts';
import { demoSchema } from './demo.ts';
import { doctorSchema } from './doctor.ts';
import { emulateCountersSchema, emulateReadySchema } from './emulate.ts';
import { endpointsSchema } from './endpoints.ts';
import { explainSchema } from './explain.ts';
import { inventorySchema } from './inventory.ts';
import { portsSchema } from './ports.ts';
import { probeSchema } from './probe.ts';
import { soakSchema, soakStepSchema } from './soak.ts';
import { userSchema } from './user.ts';
import { watchSampleSchema, watchSchema } from './watch.ts';

export {
  auditListSchema,
  auditSchema,
  collectorSchema,
  completionSchema,
  demoSchema,
  doctorSchema,
  emulateCountersSchema,
  emulateReadySchema,
  endpointsSchema,
  explainSchema,
  inventorySchema,
  netstatSchema,
  portsSchema,
  probeSchema,
  soakSchema,
  soakStepSchema,
  userSchema,
  watchSampleSchema,
  watchSchema,
};

/** Every document of the command line by the name of its JSON Schema in the package: `clusrpc/schema/probe-1.json`. */
export const SCHEMAS = {
  'audit-1': auditSchema,
  'audit-list-1': auditListSchema,
  'collector-1': collectorSchema,
  'completion-1': completionSchema,
  'demo-1': demoSchema,
  'doctor-1': doctorSchema,
  'emulate-counters': emulateCountersSchema,
  'emulate-ready': emulateReadySchema,
  'endpoints-1': endpointsSchema,
  'explain-1': explainSchema,
  'inventory-1': inventorySchema,
  'netstat-1': netstatSchema,
  'ports-1': portsSchema,
  'probe-1': probeSchema,
  'soak-1': soakSchema,
  'soak-step-1': soakStepSchema,
  'user-1': userSchema,
  'watch-1': watchSchema,
  'watch-sample-1': watchSampleSchema,
} as const satisfies Record<string, z.ZodType>;
