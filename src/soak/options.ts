import type { HostProfileName } from '../emulator/host-profiles.ts';
import type { WireOptions } from '../open/wire.ts';
import type { PortPool } from '../ports/pool.ts';
import type { ClientProfileName, FailureKind, PortReuse } from '../ports/profiles.ts';
import type { FailureDurations, SoakFailureKind } from './failures.ts';
import type { SoakProgramEvent, SoakSettings, SoakStep, TracedOpen } from './report.ts';

/** How `soak` opens and closes; all times in ms, all of it optional. */
export interface SoakOptions {
  /** `virtual` by default: the port model alone, as fast as it goes; `real` with sockets. A host is always real. */
  readonly time?: 'virtual' | 'real' | undefined;
  /** `windows-2000-sp3` by default. */
  readonly clientProfile?: ClientProfileName | undefined;
  /** `windows-2000-sp3` by default. On virtual time there is no host, so it changes nothing. */
  readonly hostProfile?: HostProfileName | undefined;
  /** As `5000-5019,5050`, or a pool out of a registry; 5000-5099 by default. For a host: the local ports to open from. */
  readonly ports?: string | PortPool | undefined;
  /** Default: that of the profile. */
  readonly reuse?: PortReuse | undefined;
  /** Failures that leak on an unfixed machine. Default: DEFAULT_LEAK_ON. */
  readonly leakOn?: readonly FailureKind[] | undefined;
  /** 240 000 by default. */
  readonly recycleAfterMs?: number | undefined;
  /** Default: 500 on virtual time, 100 on real time, 20 for a host; no limit where only the duration is given. */
  readonly cycles?: number | undefined;
  /** No open begins later than this. */
  readonly durationMs?: number | undefined;
  /** Between two opens. Default: twice as long as the pool could sustain, 1 000 with reuse `never` and for a host. */
  readonly everyMs?: number | undefined;
  /** From open to close; 0 by default. */
  readonly holdMs?: number | undefined;
  /** How opens follow each other, `everyMs` apart on the average; `constant` by default. */
  readonly arrivals?: SoakSettings['arrivals'] | undefined;
  /** With `bursty`: opens at once; 10 by default. */
  readonly burst?: number | undefined;
  /** How hold times scatter around `holdMs`; `constant` by default. */
  readonly holds?: SoakSettings['holds'] | undefined;
  /** From a close until the same user opens again: with a concurrency, which is then the number of users. 0 by default. */
  readonly thinkMs?: number | undefined;
  /** Opens to play one after the other instead of drawn ones. `cycles` is then their number, and their times decide. */
  readonly trace?: readonly TracedOpen[] | undefined;
  /** Cycles under way at once, from open to close; later ones wait. Default: no limit, 1 for a host. */
  readonly concurrency?: number | undefined;
  /** Programs that do the same on one machine, each a process of the system; 1 by default, more on real time only. */
  readonly programs?: number | undefined;
  /** Called when the process of a program has started, and when it has ended. */
  readonly onProgram?: ((event: SoakProgramEvent) => void) | undefined;
  /** Probability that a cycle's open fails; 0 by default. */
  readonly failureRate?: number | undefined;
  /** `no-memory` by default, which takes no time. */
  readonly failureKind?: SoakFailureKind | undefined;
  /** How long failing opens take. Default: FAILURE_DURATIONS, on real time scaled with the recycle time. */
  readonly failureMs?: Partial<FailureDurations> | undefined;
  /** What an open without a port does: end with 1721 (`fail`, by default, and the run goes on), or wait as in KB814622. */
  readonly onExhaustion?: 'fail' | 'hang' | undefined;
  /** How the program opens: `naive`, the default, is one open and one close a cycle; the others are the cures. */
  readonly strategy?: SoakSettings['strategy'] | undefined;
  /** On virtual time: the same load on a machine that leaks, on one that does not, and with each cure, as `variants` of the report. */
  readonly compare?: boolean | undefined;
  /** The same seed gives the same failures; 1 by default. */
  readonly seed?: number | undefined;
  /** Must be true for a host that is not this machine. */
  readonly againstRealHost?: boolean | undefined;
  /** For a host: how it is reached and how long each open may take. */
  readonly wire?: Omit<WireOptions, 'signal' | 'localPorts'> | undefined;
  /** Ends the run early; the report then says what happened up to there. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each cycle. */
  readonly onStep?: ((step: SoakStep) => void) | undefined;
  /** Called for each open that failed, with what it failed with. Not on virtual time, where nothing is thrown. */
  readonly onFailure?: ((cycle: number, error: unknown) => void) | undefined;
}
