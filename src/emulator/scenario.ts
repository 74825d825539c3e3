import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { durationMs } from '../status/duration.ts';
import { LocalMisuseError } from '../status/errors.ts';
import type { Clock, Timer } from '../transport/clock.ts';
import { type ClusterDescription, clusterDescription } from './cluster-description.ts';
import type { FaultRule } from './fault-rules.ts';
import { armRule } from './fault-rules.ts';
import type { EmulatedHost } from './host.ts';

/**
 * What happens to an emulated host, and when, counted from its start:
 * `{"steps": [{"at": "10s", "fault": {"on": "callback", "action": "drop", "times": 3}}, {"at": "1m", "nodeDown": "NODE1"}]}`;
 * and what cluster it is: `{"cluster": {"name": "CLU1", "nodes": ["A", "B"], "groups": [{"name": "files", "owner": "B"}]}}`.
 */
export interface Scenario {
  /** The cluster that the host belongs to; undefined: what its own options say. */
  readonly cluster: ClusterDescription | undefined;
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  /** ms after the start. */
  readonly at: number;
  /** What it does, for people. */
  readonly text: string;
  readonly run: (host: EmulatedHost) => Promise<void> | void;
}

const status = z.union([z.number().int().nonnegative(), z.string()]);
const span = z.union([z.number().nonnegative(), z.string()]);
const address = z.strictObject({ host: z.string(), port: z.number().int().min(1).max(65_535) });

const rule = z.strictObject({
  on: z.string(),
  nth: z.number().int().positive().optional(),
  times: z.number().int().positive().optional(),
  from: address.optional(),
  action: z.union([
    z.literal('drop'),
    z.strictObject({ delay: span }),
    z.strictObject({ duplicate: z.number().int().positive() }),
    z.strictObject({ reject: status }),
    z.strictObject({ fault: status }),
    z.strictObject({ win32: status }),
  ]),
});

const step = z.union([
  z.strictObject({ at: span.default(0), fault: rule }),
  z.strictObject({ at: span, nodeDown: z.string() }),
  z.strictObject({ at: span, nodeUp: z.string() }),
  z.strictObject({ at: span, failOver: z.strictObject({ group: z.string(), node: z.string() }) }),
]);

const scenario = z.strictObject({ cluster: clusterDescription.optional(), steps: z.array(step).default([]) });

/** YAML, of which JSON is a part. Throws LocalMisuseError with ERR_CLUSRPC_INVALID_INPUT that says which step is wrong. */
export function parseScenario(text: string): Scenario {
  let written: unknown;
  try {
    written = parseYaml(text, { logLevel: 'error' });
  } catch (cause) {
    throw invalid(`neither YAML nor JSON: ${(cause as Error).message.trim()}`);
  }
  const read = scenario.safeParse(written);
  if (!read.success) throw invalid(z.prettifyError(read.error).replaceAll('\n', ' '));
  return { cluster: read.data.cluster, steps: read.data.steps.map(readStep) };
}

/** Starts the clock of a scenario; the function it returns ends it. A step that fails is told to `onStep`, and the next one comes. */
export function playScenario(
  { steps }: Scenario,
  host: EmulatedHost,
  clock: Clock,
  onStep: (step: ScenarioStep, error: unknown) => void = () => {},
): () => void {
  const start = clock.now();
  const timers: Timer[] = steps.map((each) =>
    clock.at(start + each.at, () => {
      Promise.resolve()
        .then(() => each.run(host))
        .then(
          () => onStep(each, null),
          (error: unknown) => onStep(each, error),
        );
    }),
  );
  return () => {
    for (const timer of timers) timer.cancel();
  };
}

function readStep(step: z.infer<typeof scenario>['steps'][number]): ScenarioStep {
  const at = durationMs(step.at);
  if ('nodeDown' in step)
    return { at, text: `${step.nodeDown} goes down`, run: (host) => host.nodeDown(step.nodeDown) };
  if ('nodeUp' in step) return { at, text: `${step.nodeUp} comes up`, run: (host) => host.nodeUp(step.nodeUp) };
  if ('failOver' in step) {
    const { group, node } = step.failOver;
    return { at, text: `${group} moves to ${node}`, run: (host) => host.failOver(group, node) };
  }
  const fault = step.fault as FaultRule;
  armRule(fault); // a wrong rule is an error of the file, not of the moment when it would apply
  return { at, text: `fault on ${fault.on}`, run: (host) => void host.faults.add(fault) };
}

function invalid(message: string): LocalMisuseError {
  return new LocalMisuseError(`the scenario: ${message}`, { code: 'ERR_CLUSRPC_INVALID_INPUT' });
}
