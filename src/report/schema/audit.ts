import { z } from 'zod';
import { VERDICTS } from '../../diagnosis/rules/verdict.ts';
import { ARTICLE_FILES } from '../../evidence/evidence.ts';
import { PORT_PROBLEM_CODES } from '../../ports/problems.ts';
import { FILE_MATCHES } from '../audit.ts';
import { countSchema, portRangeSchema, timeSchema } from './common.ts';

const utcSchema = z.iso.datetime({ precision: 3 });
const yesNoSchema = z.enum(['Y', 'N']).nullable();

const fileSchema = z.object({
  name: z.enum(ARTICLE_FILES),
  place: z.enum(['running', 'dllcache', 'service-pack-files']),
  path: z.string(),
  version: z.string().nullable(),
  size: countSchema.nullable(),
  modifiedUtc: utcSchema.nullable(),
  linkedUtc: utcSchema.nullable(),
  source: z.string(),
  problem: z.string().nullable(),
  expected: z.object({ version: z.string(), size: countSchema, dateUtc: utcSchema }),
  match: z.enum(FILE_MATCHES),
});

const portConfigSchema = z.object({
  valid: z.boolean(),
  problems: z.array(
    z.object({
      code: z.enum(PORT_PROBLEM_CODES),
      value: z.enum(['Ports', 'PortsInternetAvailable', 'UseInternetPorts']),
      found: z.string().nullable(),
      message: z.string(),
    }),
  ),
  /** Documents of older versions have none. */
  remarks: z.array(z.string()).default([]),
  policy: z
    .object({
      ports: z.array(z.string()).nullable(),
      portsInternetAvailable: yesNoSchema,
      useInternetPorts: yesNoSchema,
    })
    .nullable(),
  pool: z.object({ size: countSchema, ranges: z.array(portRangeSchema), kind: z.enum(['configured', 'dynamic']) }),
});

/** What `clusrpc audit --json` prints for one target. */
export const auditSchema = z.object({
  schema: z.literal('clusrpc/audit/1'),
  target: z.string(),
  system: z.object({
    name: z.string().nullable(),
    version: z.string().nullable(),
    build: countSchema.nullable(),
    servicePack: countSchema.nullable(),
    edition: z.string().nullable(),
    sources: z.array(z.string()),
  }),
  /** Documents of earlier versions do not have it. */
  cluster: z
    .object({ installed: z.boolean().nullable(), installation: z.string().nullable(), service: z.string().nullable() })
    .default({ installed: null, installation: null, service: null }),
  files: z.array(fileSchema),
  portConfig: portConfigSchema.nullable(),
  kb814622: z.object({
    verdict: z.enum(VERDICTS),
    exposure: z.enum(['limited-ports', 'unlimited', 'unknown']),
    because: z.array(z.string()),
    contradictions: z.array(z.string()),
  }),
  gaps: z.array(z.object({ what: z.string(), source: z.string(), reason: z.string() })),
  warnings: z.array(z.string()),
  advice: z.array(z.string()),
  changes: z
    .array(z.object({ what: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
    .nullable(),
});

/** What `clusrpc audit --json --targets` prints. */
export const auditListSchema = z.object({ schema: z.literal('clusrpc/audit-list/1'), results: z.array(auditSchema) });

const estimateSchema = z.object({ p05: timeSchema, p50: timeSchema, p95: timeSchema });

/** What `clusrpc watch --netstat --json` prints. Times in ms from the first sample on. */
export const netstatSchema = z.object({
  schema: z.literal('clusrpc/netstat/1'),
  files: z.array(z.string()),
  ports: z.object({ ranges: z.array(portRangeSchema), size: countSchema }),
  samples: countSchema,
  spanMs: timeSchema,
  held: z.object({ last: countSchema, peak: countSchema }),
  everBound: countSchema,
  lost: countSchema,
  leak: z.enum(['yes', 'no', 'unknown']),
  lostPerDay: z.number().nullable(),
  runsOutMs: estimateSchema.nullable(),
  /** With `unknown`: how long a series would have to be to decide. */
  neededMs: timeSchema.nullable(),
  /** By the clock of that machine, in its own time zone; null where the date of the last sample is not certain. */
  runsOutLocal: z.object({ p05: z.string(), p50: z.string(), p95: z.string() }).nullable(),
  because: z.array(z.string()),
  warnings: z.array(z.string()),
});
