import { Logon } from '../client/logon.ts';
import { mapConcurrently } from '../client/map-concurrently.ts';
import { mapperFromEnvironment } from '../open/hosts.ts';
import { invalidOption } from '../status/options.ts';
import { probeThroughClusapi } from './clusapi.ts';
import { probeEither } from './either.ts';
import { type ProbeSettings, probeSettings } from './settings.ts';
import { probeTarget, type Target } from './target.ts';
import { problemOf, readTargets } from './targets.ts';
import type { ProbeDocument, ProbeOptions, ProbeResult, StageResult } from './types.ts';

/**
 * Can these clusters be opened from here, and if not, which layer stops it? Resolves with what `clusrpc probe --json`
 * prints: a failure of a target is a result, not an exception. Throws LocalMisuseError for options and targets that
 * cannot be; when aborted, the signal's reason, after handles and sockets are closed (`onResult` has told the results).
 */
export async function probe(targets: string | readonly string[], options: ProbeOptions = {}): Promise<ProbeDocument> {
  options.signal?.throwIfAborted();
  const document = await probeUntilAborted(targets, options);
  options.signal?.throwIfAborted();
  return document;
}

/** As `probe`, but an abort ends it with the results so far: its stage is undecided, targets not begun are left out. */
export async function probeUntilAborted(
  targets: string | readonly string[],
  options: ProbeOptions = {},
): Promise<ProbeDocument> {
  const unnamed = probeSettings(options);
  const found = unnamed.local ? thisNode(targets, options) : findTargets(targets, options.targetsFile);
  const logon = options.logon === undefined ? null : await Logon.prepare(options.logon);
  const settings = { ...unnamed, logon };
  options.onBegin?.(found.length * settings.cycles);
  try {
    const results = await mapConcurrently(found, settings.concurrency, (target) =>
      probeCycles(target, settings, options),
    );
    return { schema: 'clusrpc/probe/1', results: results.flat() };
  } finally {
    logon?.wipe();
  }
}

async function probeCycles(target: Target, settings: ProbeSettings, options: ProbeOptions): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (let cycle = 1; cycle <= settings.cycles; cycle++) {
    if (settings.signal?.aborted === true) break;
    const of = { target: target.name, cycle };
    const onStage = (stage: StageResult): void => options.onStage?.(stage, of);
    const probed =
      settings.transport === 'auto'
        ? await probeEither(target, settings, onStage)
        : settings.transport === 'udp' || settings.transport === 'tcp'
          ? await probeTarget(target, settings, onStage)
          : await probeThroughClusapi(target.name, settings.transport, settings, onStage);
    const result = settings.cycles === 1 ? probed : { ...probed, cycle };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

function thisNode(targets: string | readonly string[], { targetsFile }: ProbeOptions): Target[] {
  if (targets.length === 0 && targetsFile === undefined) return [{ name: '(this node)', known: null }];
  throw invalidOption('local names the cluster of this node, and other targets are named too');
}

function findTargets(targets: string | readonly string[], file: string | undefined): Target[] {
  const named = typeof targets === 'string' ? [targets] : targets;
  for (const target of named) {
    const problem = problemOf(target);
    if (problem !== null) throw invalidOption(problem);
  }
  const names = [...named, ...(file === undefined ? [] : readTargets(file))];
  if (names.length === 0) throw invalidOption('no target is named');
  return names.map((name) => ({ name, known: mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS) }));
}
