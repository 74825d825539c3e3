import { z } from 'zod';
import { CLIENT_PROFILES, type ClientProfileName } from '../ports/profiles.ts';
import { durationMs } from '../status/duration.ts';
import { LocalMisuseError } from '../status/errors.ts';
import { SOAK_FAILURES, type SoakFailureKind } from './failures.ts';
import type { SoakOptions } from './options.ts';
import type { TracedOpen } from './report.ts';
import { ARRIVALS, HOLDS } from './shapes.ts';
import { STRATEGIES } from './strategies.ts';
import { microseconds } from './workload.ts';

const span = z.union([z.number().nonnegative(), z.string()]);

/** A load as a file, times in ms or as `20s`: `{"ports": "5000-5019", "every": "20s", "arrivals": "poisson", "failureRate": 0.2}`. */
const workloadFile = z.strictObject({
  clientProfile: z.enum(Object.keys(CLIENT_PROFILES) as ClientProfileName[]).optional(),
  ports: z.string().optional(),
  reuse: z.enum(['by-process', 'never']).optional(),
  recycleAfter: span.optional(),
  cycles: z.int().positive().optional(),
  duration: span.optional(),
  every: span.optional(),
  arrivals: z.enum(ARRIVALS).optional(),
  burst: z.int().positive().optional(),
  hold: span.optional(),
  holds: z.enum(HOLDS).optional(),
  think: span.optional(),
  concurrency: z.int().positive().optional(),
  programs: z.int().positive().optional(),
  failureRate: z.number().min(0).max(1).optional(),
  failureKind: z.enum(Object.keys(SOAK_FAILURES) as SoakFailureKind[]).optional(),
  onExhaustion: z.enum(['fail', 'hang']).optional(),
  strategy: z.enum(STRATEGIES).optional(),
  seed: z.int().nonnegative().optional(),
  /** Opens to play instead of drawn ones. */
  trace: z.array(z.strictObject({ at: span, hold: span.default(0), fails: z.boolean().default(false) })).optional(),
});

/** Throws LocalMisuseError with code ERR_CLUSRPC_INVALID_INPUT that says what is wrong where. */
export function parseWorkload(json: unknown): SoakOptions {
  const parsed = workloadFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where =
      issue === undefined || issue.path.length === 0 ? 'the workload' : `${issue.path.join('.')} of the workload`;
    throw invalid(`${where} is wrong: ${issue?.message ?? ''}`);
  }
  const { recycleAfter, duration, every, hold, think, trace, ...rest } = parsed.data;
  const ms = (text: number | string | undefined) => (text === undefined ? undefined : durationMs(text));
  return {
    ...rest,
    recycleAfterMs: ms(recycleAfter),
    durationMs: ms(duration),
    everyMs: ms(every),
    holdMs: ms(hold),
    thinkMs: ms(think),
    trace: trace?.map((open) => ({ atMs: durationMs(open.at), holdMs: durationMs(open.hold), fails: open.fails })),
  };
}

/** A use of a port as `explain` tells it. */
interface SeenUse {
  readonly ms: number;
  readonly endMs: number;
  readonly outcome: 'closed' | 'failed' | 'open' | 'mapped';
}

/** The opens that were seen of one host, as a load to play again. A port that only asked the endpoint mapper opened nothing. */
export function traceOf(uses: readonly SeenUse[]): readonly TracedOpen[] {
  const opens = uses.filter(({ outcome }) => outcome !== 'mapped').toSorted((a, b) => a.ms - b.ms);
  const first = opens[0]?.ms ?? 0;
  return opens.map(({ ms, endMs, outcome }) => ({
    atMs: microseconds(ms - first),
    holdMs: outcome === 'failed' ? 0 : microseconds(Math.max(0, endMs - ms)),
    fails: outcome === 'failed',
  }));
}

function invalid(message: string): LocalMisuseError {
  return new LocalMisuseError(message, { code: 'ERR_CLUSRPC_INVALID_INPUT' });
}
