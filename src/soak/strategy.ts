import { HandleCache } from '../cure/handle-cache.ts';
import { type GatePass, OpenGate } from '../cure/open-gate.ts';
import { type Generation, Recycler } from '../cure/recycler.ts';
import type { PortSnapshot } from '../ports/lease.ts';
import type { PortShortage } from '../ports/runtime.ts';
import { failuresLeak, SOAK_FAILURES } from './failures.ts';
import type { SoakPlan } from './settings.ts';
import type { Attempt, AttemptOutcome, SoakSubject } from './subject.ts';
import { failingCycles } from './workload.ts';

/** Where the programs of a strategy come from. */
export interface Programs {
  start(number: number): SoakSubject;
  /** Ends the program, so that its ports come back. */
  exit(program: SoakSubject): void;
}

/** A subject that opens by the strategy of the plan, with the very code that programs use for it. */
export function withStrategy(plan: SoakPlan, programs: Programs): SoakSubject {
  switch (plan.settings.strategy) {
    case 'naive':
      return programs.start(1);
    case 'cached-handle':
      return cached(plan, programs.start(1));
    case 'gated':
      return gated(plan, programs.start(1));
    case 'recycled-process':
      return recycled(plan, programs);
  }
}

/** One handle for all cycles. Whether an open fails is drawn for each open, of which there are few. */
function cached({ settings }: SoakPlan, program: SoakSubject): SoakSubject {
  const fails = failingCycles(settings);
  let opening: Attempt | null = null;
  const cache = new HandleCache({
    clock: program.clock,
    open: async () => {
      opening = program.open(fails(), () => {});
      const outcome = await opening.outcome;
      if (outcome.kind === 'opened') return outcome;
      throw outcome.kind === 'failed' ? outcome.error : new Refused(outcome.reason);
    },
  });
  const outcomeOf = async (onPort: () => void): Promise<AttemptOutcome> => {
    try {
      const { release } = await cache.acquire(settings.target);
      onPort();
      return { kind: 'opened', close: async () => release() };
    } catch (error) {
      return error instanceof Refused ? { kind: 'refused', reason: error.reason } : { kind: 'failed', error };
    }
  };
  return {
    ...program,
    open: (_fails, onPort) => ({ outcome: outcomeOf(onPort), waiting: () => opening?.waiting() ?? null }),
    async end() {
      await program.end();
      await cache.close();
    },
  };
}

/** Opens wait until a port comes back; when none ever will, the program learns it instead of hanging. */
function gated({ settings, pool }: SoakPlan, program: SoakSubject): SoakSubject {
  const { recycleAfterMs, reuse, failureKind } = settings;
  const { clock } = program;
  const gate = new OpenGate({
    ports: pool.size,
    recycleAfterMs,
    reuse,
    onFailure: failuresLeak(settings) ? 'leak' : 'retain',
    clock,
  });
  const ended = new AbortController();
  const outcomeOf = async (fails: boolean, onPort: () => void): Promise<AttemptOutcome> => {
    let pass: GatePass;
    try {
      pass = await gate.enter({ signal: ended.signal });
    } catch {
      return { kind: 'refused', reason: 'exhausted' };
    }
    const outcome = await program.open(fails, onPort).outcome;
    if (outcome.kind !== 'opened') {
      if (outcome.kind === 'failed' && SOAK_FAILURES[failureKind] === null) pass.closed();
      else pass.failed();
      return outcome;
    }
    const close = async () => {
      await outcome.close();
      pass.closed();
    };
    return { kind: 'opened', close };
  };
  return {
    ...program,
    open: (fails, onPort) => ({ outcome: outcomeOf(fails, onPort), waiting: () => null }),
    async end() {
      ended.abort();
      await program.end();
    },
  };
}

/** A process is replaced when half of the ports have gone into it, so that the next one finds the other half. */
function recycled({ pool }: SoakPlan, programs: Programs): SoakSubject {
  let started = 1;
  const first = programs.start(started);
  let spare: SoakSubject | null = first;
  const recycler = new Recycler<SoakSubject>({
    budget: Math.max(1, Math.floor(pool.size / 2)),
    start: () => {
      const program = spare ?? programs.start(++started);
      spare = null;
      return program;
    },
    end: (program) => programs.exit(program),
  });
  const outcomeOf = async (attempt: Attempt, generation: Generation<SoakSubject>): Promise<AttemptOutcome> => {
    const outcome = await attempt.outcome;
    if (outcome.kind !== 'opened') {
      recycler.leave(generation);
      return outcome;
    }
    const close = async () => {
      await outcome.close();
      recycler.leave(generation);
    };
    return { kind: 'opened', close };
  };
  return {
    clock: first.clock,
    open(fails, onPort) {
      const generation = recycler.enter();
      const attempt = generation.process.open(fails, onPort);
      return { outcome: outcomeOf(attempt, generation), waiting: () => attempt.waiting() };
    },
    snapshot: () =>
      sum(
        recycler.generations.map(({ process }) => process.snapshot()),
        pool.size,
      ),
    async end() {
      await Promise.all(recycler.generations.map(({ process }) => process.end()));
    },
  };
}

function sum(parts: readonly PortSnapshot[], pool: number): PortSnapshot {
  const total = { pool, inUse: 0, closing: 0, recycled: 0, leaked: 0 };
  for (const { inUse, closing, recycled: back, leaked } of parts) {
    total.inUse += inUse;
    total.closing += closing;
    total.recycled += back;
    total.leaked += leaked;
  }
  return total;
}

class Refused extends Error {
  readonly reason: PortShortage['reason'];

  constructor(reason: PortShortage['reason']) {
    super('no port is free');
    this.reason = reason;
  }
}
