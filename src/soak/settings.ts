import { DEFAULT_HOST_PROFILE, datagramHostProfile, type HostProfileName } from '../emulator/host-profiles.ts';
import { configuredPool, dynamicPool, type PortPool } from '../ports/pool.ts';
import { CLIENT_PROFILES, DEFAULT_LEAK_ON, DEFAULT_RECYCLE_AFTER, FAILURE_KINDS } from '../ports/profiles.ts';
import { formatPortRanges, parsePortRanges } from '../ports/ranges.ts';
import { invalidOption } from '../status/options.ts';
import { FAILURE_DURATIONS, type FailureDurations, SOAK_FAILURES } from './failures.ts';
import { isLoopback } from './loopback.ts';
import type { SoakOptions } from './options.ts';
import type { SoakSettings, TracedOpen } from './report.ts';
import { ARRIVALS, HOLDS } from './shapes.ts';
import { STRATEGIES } from './strategies.ts';

/** Everything that a run needs to know. */
export interface SoakPlan {
  readonly settings: SoakSettings;
  readonly pool: PortPool;
  readonly trace: readonly TracedOpen[] | undefined;
}

/** KB154596 advises at least a hundred ports above 5000. */
const DEFAULT_PORTS = '5000-5099';
const DEFAULT_CYCLES = { virtual: 500, real: 100 } as const;

/** What a host that belongs to somebody is spared unless the options say otherwise by name. */
export const POLITE = { cycles: 20, everyMs: 1_000, concurrency: 1, failuresInARow: 3 } as const;

/** A client on a shared machine can be slow: less patience would make healthy opens fail. */
const SHORTEST_PATIENCE = 1_000;

/** Checks the options and fills in the defaults. Throws LocalMisuseError with code ERR_CLUSRPC_INVALID_OPTION. */
export function planSoak(target: string, options: SoakOptions): SoakPlan {
  checkNumbers(options);
  oneOf('the strategy', options.strategy, STRATEGIES);
  oneOf('the arrivals', options.arrivals, ARRIVALS);
  oneOf('the spread of hold times', options.holds, HOLDS);
  oneOf('the failure kind', options.failureKind, Object.keys(SOAK_FAILURES));
  oneOf('the client profile', options.clientProfile, Object.keys(CLIENT_PROFILES));
  oneOf('the reuse', options.reuse, ['by-process', 'never']);
  oneOf('the time', options.time, ['virtual', 'real']);
  oneOf('what to do on exhaustion', options.onExhaustion, ['fail', 'hang']);
  for (const kind of options.leakOn ?? []) oneOf('a failure that leaks', kind, FAILURE_KINDS);
  return target === 'emulated' ? planEmulated(options) : planHost(target, options);
}

function planEmulated(options: SoakOptions): SoakPlan {
  const { time = 'virtual', clientProfile = 'windows-2000-sp3', holdMs = 0, durationMs = null } = options;
  if (options.programs !== undefined && options.programs > 1 && time !== 'real') {
    throw invalidOption(
      'several programs are processes of the system, which need real time',
      'Give `time: real` as well.',
    );
  }
  if (options.failureKind === 'call' && (time !== 'real' || (options.strategy ?? 'naive') !== 'naive')) {
    throw invalidOption(
      'calls that fail and reconnect need sockets, and are shown of the naive program alone',
      'Give `time: real` as well, and no `strategy`.',
    );
  }
  if (options.compare === true && time !== 'virtual') {
    throw invalidOption('a comparison needs virtual time', 'Leave out `compare`, or `time: real`.');
  }
  const { onFailure, reuse } = { ...CLIENT_PROFILES[clientProfile], ...(options.reuse && { reuse: options.reuse }) };
  const pool = poolOf(options) ?? configuredPool(parsePortRanges(DEFAULT_PORTS));
  if (pool.size === 0) {
    throw invalidOption(
      'there is no port in the pool, so no open can succeed',
      'Look at the port configuration with `clusrpc ports`, or name ports such as 5000-5099.',
    );
  }
  const recycleAfterMs = options.recycleAfterMs ?? DEFAULT_RECYCLE_AFTER;
  const settings: SoakSettings = {
    target: 'emulated',
    time,
    clientProfile,
    hostProfile: checkedHostProfile(options.hostProfile ?? DEFAULT_HOST_PROFILE),
    ports: formatPortRanges(pool.ranges),
    onFailure,
    reuse,
    leakOn: [...new Set(options.leakOn ?? DEFAULT_LEAK_ON)],
    recycleAfterMs,
    cycles: options.cycles ?? options.trace?.length ?? (durationMs === null ? DEFAULT_CYCLES[time] : null),
    durationMs,
    everyMs:
      options.everyMs ?? (options.programs ?? 1) * halfTheSustainableRate(pool.size, holdMs + recycleAfterMs, reuse),
    holdMs,
    ...shapeOf(options),
    concurrency: options.concurrency ?? null,
    failureRate: options.failureRate ?? 0,
    failureKind: options.failureKind ?? 'no-memory',
    failureMs: { ...failureDurations(options, recycleAfterMs), ...options.failureMs },
    onExhaustion: options.onExhaustion ?? 'fail',
    strategy: options.strategy ?? 'naive',
    programs: options.programs ?? 1,
    seed: options.seed ?? 1,
  };
  return { settings, pool, trace: options.trace };
}

function planHost(target: string, options: SoakOptions): SoakPlan {
  if (target.trim() === '') throw invalidOption('the name of the host is empty', 'Name a host, or emulated.');
  for (const [name, what] of EMULATED_ONLY) {
    if (options[name] !== undefined && options[name] !== 0) {
      throw invalidOption(
        `${what} belongs to the emulated client machine, and ${target} is opened from ordinary ports of this one`,
        'Leave it out, or soak the target emulated.',
      );
    }
  }
  if (options.strategy === 'recycled-process') {
    throw invalidOption(
      'the end of a process gives nothing back where every open takes an ordinary port and closes it',
      'A program opens in recycled processes with ProcessPool; soak the target emulated.',
    );
  }
  if (options.time === 'virtual') {
    throw invalidOption(`time does not run faster for ${target}`, 'Only the target emulated has virtual time.');
  }
  if (!isLoopback(target) && options.againstRealHost !== true) {
    throw invalidOption(
      `${target} may be a host that people depend on, and soak opens its cluster again and again`,
      'Say `againstRealHost: true` if that is what you want.',
    );
  }
  const pool = poolOf(options) ?? dynamicPool({ majorVersion: 6 });
  const { durationMs = null } = options;
  const settings: SoakSettings = {
    target,
    time: 'real',
    clientProfile: null,
    hostProfile: null,
    ports: formatPortRanges(pool.ranges),
    onFailure: 'retain',
    reuse: 'by-process',
    leakOn: [],
    recycleAfterMs: 0,
    cycles: options.cycles ?? POLITE.cycles,
    durationMs,
    everyMs: options.everyMs ?? POLITE.everyMs,
    holdMs: options.holdMs ?? 0,
    ...shapeOf(options),
    concurrency: options.concurrency ?? POLITE.concurrency,
    failureRate: 0,
    failureKind: 'no-memory',
    failureMs: FAILURE_DURATIONS,
    onExhaustion: 'fail',
    strategy: options.strategy ?? 'naive',
    programs: 1,
    seed: options.seed ?? 1,
  };
  return { settings, pool, trace: options.trace };
}

function shapeOf(options: SoakOptions): Pick<SoakSettings, 'arrivals' | 'burst' | 'holds' | 'thinkMs' | 'traced'> {
  const { arrivals = 'constant', burst = 10, holds = 'constant', thinkMs = 0, trace } = options;
  return { arrivals, burst, holds, thinkMs, traced: trace?.length ?? null };
}

const EMULATED_ONLY = [
  ['clientProfile', 'a client profile'],
  ['hostProfile', 'a host profile'],
  ['failureRate', 'a failure rate'],
  ['failureKind', 'a failure kind'],
  ['leakOn', 'the choice of failures that leak'],
  ['reuse', 'the reuse of ports'],
  ['recycleAfterMs', 'a recycle time'],
  ['onExhaustion', 'what happens on exhaustion'],
  ['programs', 'a number of programs'],
  ['compare', 'a comparison'],
  ['trace', 'a trace'],
] as const satisfies readonly (readonly [keyof SoakOptions, string])[];

function poolOf({ ports }: SoakOptions): PortPool | undefined {
  return typeof ports === 'string' ? configuredPool(parsePortRanges(ports)) : ports;
}

/** 1/s where there is no sustainable rate, or no limit to it. */
function halfTheSustainableRate(ports: number, roundMs: number, reuse: SoakSettings['reuse']): number {
  return reuse === 'never' || roundMs === 0 ? 1_000 : (2 * roundMs) / ports;
}

/**
 * On real time the patience of client and server is scaled with the recycle time, where failures wait for its end; else a busy machine would
 * make opens fail that are healthy.
 */
function failureDurations({ time, failureKind }: SoakOptions, recycleAfterMs: number): FailureDurations {
  if (time !== 'real') return FAILURE_DURATIONS;
  const scaled = (FAILURE_DURATIONS['no-answer'] * recycleAfterMs) / DEFAULT_RECYCLE_AFTER;
  const patience = Math.round(Math.max(SHORTEST_PATIENCE, scaled));
  if (failureKind === 'no-answer') return { ...FAILURE_DURATIONS, 'no-answer': patience };
  return failureKind === 'callback' ? { ...FAILURE_DURATIONS, callback: Math.round(patience / 2) } : FAILURE_DURATIONS;
}

function checkNumbers(options: SoakOptions): void {
  checkTrace(options.trace);
  if ((options.thinkMs ?? 0) > 0 && options.concurrency === undefined) {
    throw invalidOption(
      'a think time is that of a number of users, which nothing says',
      'Give the concurrency as well.',
    );
  }
  if (options.burst !== undefined && options.arrivals !== 'bursty') {
    throw invalidOption('the size of a burst needs bursty arrivals', 'Give arrivals bursty as well, or leave it out.');
  }
  const { cycles, durationMs, everyMs, holdMs, concurrency, failureRate, recycleAfterMs, seed, failureMs } = options;
  number('the number of programs', options.programs, (n) => Number.isSafeInteger(n) && n >= 1 && n <= 64, '1 to 64');
  number('the number of cycles', cycles, (n) => Number.isSafeInteger(n) && n >= 1, 'a whole number from 1 on');
  number('the concurrency', concurrency, (n) => Number.isSafeInteger(n) && n >= 1, 'a whole number from 1 on');
  number('the size of a burst', options.burst, (n) => Number.isSafeInteger(n) && n >= 1, 'a whole number from 1 on');
  number('the seed', seed, (n) => Number.isSafeInteger(n) && n >= 0, 'a whole number from 0 on');
  number('the failure rate', failureRate, (n) => n >= 0 && n <= 1, 'a probability from 0 to 1');
  for (const [what, ms] of [
    ['the time between opens', everyMs],
    ['the duration', durationMs],
  ] as const) {
    number(what, ms, (n) => n > 0 && Number.isFinite(n), 'more than 0 ms');
  }
  for (const [what, ms] of [
    ['the hold time', holdMs],
    ['the think time', options.thinkMs],
    ['the recycle time', recycleAfterMs],
    ...Object.entries(failureMs ?? {}).map(([kind, ms]) => [`the time of a failure by ${kind}`, ms] as const),
  ] as const) {
    number(what, ms, (n) => n >= 0 && Number.isFinite(n), '0 ms or more');
  }
}

function checkTrace(trace: SoakOptions['trace']): void {
  if (trace === undefined) return;
  if (trace.length === 0) throw invalidOption('the trace has no opens', 'Give one with opens, or none.');
  let before = 0;
  for (const [index, { atMs, holdMs }] of trace.entries()) {
    const fits = Number.isFinite(atMs) && atMs >= before && Number.isFinite(holdMs) && holdMs >= 0;
    if (!fits)
      throw invalidOption(
        `open ${index + 1} of the trace is out of order or has a time below 0`,
        'Sort it by its times.',
      );
    before = atMs;
  }
}

function number(what: string, value: number | undefined, fits: (value: number) => boolean, wanted: string): void {
  if (value !== undefined && !fits(value)) throw invalidOption(`${what} cannot be ${value}`, `It is ${wanted}.`);
}

function checkedHostProfile(name: HostProfileName): HostProfileName {
  datagramHostProfile(name);
  return name;
}

function oneOf(what: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw invalidOption(`${what} cannot be ${JSON.stringify(value)}`, `It is one of ${known.join(', ')}.`);
}
