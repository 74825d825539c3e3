import { z } from 'zod';
import { PORT_OUTCOMES, PORT_VERDICTS } from '../../explain/port-types.ts';
import {
  CALL_SEMANTICS,
  CL_TYPES,
  DOUBT_IDS,
  EXPLAIN_VERDICTS,
  FINDING_IDS,
  ICMP_REASONS,
  PACKET_KINDS,
  RESULT_KINDS,
} from '../../explain/types.ts';
import { addressSchema, countSchema, portRangeSchema, portSchema, quantilesSchema } from './common.ts';

/** ms from the first packet on; below 0 where packets of the capture stand in another order than their times. */
const momentSchema = z.number();

const frameSchema = z.int().min(1);

/** Any status of the wire: of nca, DCE or Win32. */
const statusSchema = z.object({ code: countSchema, symbol: z.string() });

const messageSchema = z.object({
  fragments: countSchema,
  bytes: countSchema,
  complete: z.boolean(),
  retransmissions: countSchema,
  duplicates: countSchema,
  ipFragmented: countSchema,
});

const callSchema = z.object({
  sequence: countSchema,
  interface: z.object({ name: z.string().nullable(), uuid: z.string(), version: z.string() }),
  opnum: countSchema,
  operation: z.string().nullable(),
  semantics: z.enum(CALL_SEMANTICS),
  authentication: z.object({ protocol: countSchema, level: countSchema.nullable() }).nullable(),
  frame: frameSchema,
  ms: momentSchema,
  durationMs: momentSchema.nullable(),
  request: messageSchema,
  response: messageSchema,
  pings: countSchema,
  workings: countSchema,
  nocalls: countSchema,
  refusal: z
    .object({ reason: z.enum(ICMP_REASONS), by: z.string(), frame: frameSchema, count: countSchema })
    .nullable(),
  facks: z.object({ client: countSchema, server: countSchema }),
  acks: countSchema,
  cancels: countSchema,
  callbacks: z.array(
    z.object({
      operation: z.string(),
      frame: frameSchema,
      ms: momentSchema,
      sent: countSchema,
      answeredAfterMs: momentSchema.nullable(),
      status: statusSchema.nullable(),
    }),
  ),
  result: z.object({ kind: z.enum(RESULT_KINDS), status: statusSchema.nullable(), win32: statusSchema.nullable() }),
  findings: z.array(z.enum(FINDING_IDS)),
});

const conversationSchema = z.object({
  activity: z.string(),
  client: addressSchema,
  asked: addressSchema.nullable(),
  answeredFrom: addressSchema.nullable(),
  translated: addressSchema.nullable(),
  serverBoot: countSchema.nullable(),
  addressSpace: z.string().nullable(),
  frame: frameSchema,
  ms: momentSchema,
  durationMs: momentSchema,
  pdus: countSchema,
  calls: z.array(callSchema),
  omittedCalls: countSchema,
});

const findingSchema = z.object({
  id: z.enum(FINDING_IDS),
  severity: z.enum(['problem', 'notice']),
  title: z.string(),
  meaning: z.string(),
  advice: z.string(),
  count: countSchema,
  firstMs: momentSchema,
  lastMs: momentSchema,
  examples: z.array(
    z.object({
      frame: frameSchema.nullable(),
      ms: momentSchema,
      client: z.string().nullable(),
      server: z.string().nullable(),
      detail: z.string(),
    }),
  ),
});

const hostSchema = z.object({
  host: z.string(),
  opens: countSchema,
  closed: countSchema,
  failed: countSchema,
  distinctPorts: countSchema,
  range: portRangeSchema,
  reused: z.object({ afterFailure: countSchema, afterClose: countSchema }),
  fresh: z.object({ pastFailed: countSchema, pastClosed: countSchema }),
  abandoned: countSchema,
  missing: countSchema,
  processes: countSchema,
  verdict: z.enum(PORT_VERDICTS),
  because: z.string(),
  usedUpMs: momentSchema.nullable(),
  forecast: z
    .object({
      pool: z.object({ size: countSchema, basis: z.enum(['given', 'assumed', 'seen']) }),
      recycle: z.object({ ms: momentSchema, basis: z.enum(['given', 'assumed', 'seen']) }),
      everyMs: momentSchema,
      holdMs: momentSchema,
      failureRate: z.number().min(0).max(1),
      steadyNeed: countSchema,
      firstRefusal: z.object({ reason: z.enum(['stalled', 'exhausted']), ms: quantilesSchema }).nullable(),
      exhaustionMs: quantilesSchema.nullable(),
      remarks: z.array(z.string()),
    })
    .nullable(),
  uses: z.array(z.object({ port: portSchema, ms: momentSchema, endMs: momentSchema, outcome: z.enum(PORT_OUTCOMES) })),
  growth: z.array(
    z.object({ ms: momentSchema, opens: countSchema, distinctPorts: countSchema, abandoned: countSchema }),
  ),
});

const sourceSchema = z.object({
  name: z.string().nullable(),
  files: z.array(z.object({ name: z.string(), packets: countSchema })),
  packets: countSchema,
  bytes: countSchema,
  cutShortAt: countSchema.nullable(),
  snapped: z.object({ packets: countSchema, bytes: countSchema }).nullable(),
  damage: z.string().nullable(),
  firstTime: z.number().nullable(),
  durationMs: momentSchema,
  kinds: z.record(z.enum(PACKET_KINDS), countSchema),
  ipReassembly: z.object({
    timedOut: countSchema,
    evicted: countSchema,
    conflicting: countSchema,
    unfinished: countSchema,
  }),
});

const rpcSchema = z.object({
  pdus: countSchema,
  bytes: countSchema,
  types: z.record(z.enum(CL_TYPES), countSchema),
  conversations: countSchema,
  calls: countSchema,
  callsWithoutRequest: countSchema,
  results: z.record(z.enum(RESULT_KINDS), countSchema),
  callbacks: z.object({ calls: countSchema, answered: countSchema }),
  retransmissions: countSchema,
  duplicates: countSchema,
  recognition: z.object({
    lookalikes: countSchema,
    lenient: countSchema,
    malformed: countSchema,
    cutShort: countSchema,
    cutHeaders: countSchema,
    unconfirmed: countSchema,
  }),
});

/** What `clusrpc explain --json` prints and `explain()` resolves with; its fields are told of at `Explanation`. */
export const explainSchema = z.object({
  schema: z.literal('clusrpc/explain/1'),
  source: sourceSchema,
  rpc: rpcSchema,
  findings: z.array(findingSchema),
  hosts: z.array(hostSchema),
  conversations: z.array(conversationSchema),
  omitted: z.object({
    conversations: countSchema,
    calls: countSchema,
    evicted: countSchema,
    hosts: countSchema,
    unfollowedCalls: countSchema,
    findings: countSchema,
  }),
  doubts: z.array(z.object({ id: z.enum(DOUBT_IDS), count: countSchema, text: z.string() })),
  verdict: z.enum(EXPLAIN_VERDICTS),
});
