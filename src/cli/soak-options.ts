import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { HostProfileName } from '../emulator/host-profiles.ts';
import { type ClientProfileName, FAILURE_KINDS, type FailureKind, type PortReuse } from '../ports/profiles.ts';
import type { PortRange } from '../ports/ranges.ts';
import type { SoakFailureKind, SoakOptions } from '../soak/index.ts';
import type { CliWorld } from './context.ts';
import { usageError } from './exit.ts';
import { keysOf } from './keys-of.ts';
import { poolOf } from './pool-of.ts';
import { oneOf } from './values.ts';

/** The options of `clusrpc soak` as commander hands them over; times in ms. */
export interface SoakCliOptions {
  readonly clientProfile?: ClientProfileName | undefined;
  readonly hostProfile?: HostProfileName | undefined;
  readonly ports?: readonly PortRange[] | undefined;
  readonly reg?: string | undefined;
  readonly cycles?: number | undefined;
  readonly duration?: number | undefined;
  readonly every?: number | undefined;
  readonly rate?: number | undefined;
  readonly hold?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly programs?: number | undefined;
  readonly failureRate?: number | undefined;
  readonly failureKind?: SoakFailureKind | undefined;
  readonly leakOn?: readonly FailureKind[] | undefined;
  readonly seed?: number | undefined;
  readonly recycleAfter?: number | undefined;
  readonly reuse?: PortReuse | undefined;
  readonly time?: 'virtual' | 'real' | undefined;
  readonly onExhaustion?: 'fail' | 'hang' | undefined;
  readonly strategy?: SoakOptions['strategy'];
  readonly arrivals?: SoakOptions['arrivals'];
  readonly burst?: number | undefined;
  readonly holds?: SoakOptions['holds'];
  readonly think?: number | undefined;
  readonly workload?: string | undefined;
  readonly replayHost?: string | undefined;
  readonly compare?: true | undefined;
  readonly svg?: string | undefined;
  readonly prometheus?: number | undefined;
  readonly againstRealHost?: true | undefined;
  readonly epmPort?: number | undefined;
  readonly endpoint?: number | undefined;
  readonly source?: string | undefined;
  readonly timeout?: number | undefined;
  readonly stageTimeout?: number | undefined;
  readonly pcap?: string | undefined;
}

/** What `soak` of the library gets. Throws a usage error for a registry export that cannot be used. */
export async function optionsOf(
  input: Pick<CliWorld, 'stdin' | 'signal'>,
  options: SoakCliOptions,
): Promise<SoakOptions> {
  return {
    time: options.time,
    clientProfile: options.clientProfile,
    hostProfile: options.hostProfile,
    ports: await poolOf(input, options),
    reuse: options.reuse,
    leakOn: options.leakOn,
    recycleAfterMs: options.recycleAfter,
    cycles: options.cycles,
    durationMs: options.duration,
    everyMs: options.every ?? options.rate,
    holdMs: options.hold,
    arrivals: options.arrivals,
    burst: options.burst,
    holds: options.holds,
    thinkMs: options.think,
    concurrency: options.concurrency,
    programs: options.programs,
    failureRate: options.failureRate,
    failureKind: options.failureKind,
    onExhaustion: options.onExhaustion,
    strategy: options.strategy,
    compare: options.compare,
    seed: options.seed,
    againstRealHost: options.againstRealHost,
    wire: {
      endpointMapperPort: options.epmPort,
      endpoint: options.endpoint,
      localAddress: options.source,
      timeout: options.timeout,
      stageTimeout: options.stageTimeout,
    },
  };
}

const HOST_ONLY = {
  epmPort: '--epm-port',
  endpoint: '--endpoint',
  source: '--source',
  timeout: '--timeout',
  stageTimeout: '--stage-timeout',
  againstRealHost: '--against-real-host',
} as const satisfies Partial<Record<keyof SoakCliOptions, string>>;

/** Options that make no sense with that target are usage errors. */
export function checkTarget(target: string, options: SoakCliOptions): void {
  if (target !== 'emulated') return;
  for (const name of keysOf(HOST_ONLY)) {
    if (options[name] !== undefined) {
      throw usageError(`${HOST_ONLY[name]} is for a host, and the target is emulated`, 'Leave it out, or name a host.');
    }
  }
  if (options.pcap !== undefined && options.time !== 'real') {
    throw usageError('--pcap: on virtual time nothing goes over the wire', 'Give --time real as well.');
  }
}

/** `reject,no-answer`; nothing for none. */
export function failureKinds(text: string): readonly FailureKind[] {
  const known = oneOf(FAILURE_KINDS);
  const kinds = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (kinds.length === 0 && text.trim() !== '') throw new InvalidArgumentError('Write failures with commas between.');
  return kinds.map(known);
}
