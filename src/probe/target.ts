import { CLOSE_TIMEOUT } from '../client/cluster-session.ts';
import { ENDPOINT_MAPPER_PORT } from '../client/endpoint-mapper.ts';
import { RpcConnection } from '../client/rpc-connection.ts';
import { STAGES, type StageId } from '../client/stages.ts';
import type { MapperAddress } from '../open/hosts.ts';
import { systemClock } from '../transport/clock.ts';
import { adviceOn } from './advice.ts';
import { Budget } from './budget.ts';
import { type Answer, clusapiOf, type Facts, type Question } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { TCP_CHECKS } from './checks/tcp.ts';
import { summarize } from './judge.ts';
import { tryLocalPorts } from './local-ports.ts';
import type { ProbeSettings } from './settings.ts';
import type { ProbeResult, StageResult } from './types.ts';
import { kb814622Of } from './verdict.ts';

export interface Target {
  readonly name: string;
  /** Where CLUSRPC_HOSTS says that its mapper is. */
  readonly known: MapperAddress | null;
}

/**
 * Walks the stages of one target until one fails or cannot be decided; the later ones are skipped. A handle that was
 * opened is closed and no socket is left, whatever happens. An abort leaves the stage that it met undecided.
 */
export async function probeTarget(
  { name, known }: Target,
  settings: ProbeSettings,
  onStage: (stage: StageResult) => void = () => {},
): Promise<ProbeResult> {
  const budget = new Budget(settings);
  let question: Question = { target: name, known, settings, budget, facts: factsAtFirst(settings, known) };
  const stages: StageResult[] = [];
  let ports: Pick<ProbeResult, 'localPorts' | 'triedPorts'> = { localPorts: [] };
  let stoppedAt: StageId | null = null;
  try {
    for (const id of STAGES) {
      const { stage, learnt } = stoppedAt === null ? await decide(id, question) : notReached(id, stoppedAt);
      question = { ...question, facts: { ...question.facts, ...learnt } };
      if (stage.status === 'fail' || stage.status === 'unknown') stoppedAt ??= id;
      stages.push(stage);
      onStage(stage);
      if (id === 'resolve' && stage.status === 'pass' && settings.eachPort) {
        const { closed, order } = await tryLocalPorts(question);
        ports = { localPorts: closed, triedPorts: order.length };
        question = { ...question, settings: { ...settings, localPorts: order } };
      }
    }
  } finally {
    await release(question);
  }
  const transport = settings.transport === 'tcp' ? 'tcp' : 'udp';
  return { target: name, transport, stages, stoppedAt, ...clusterOf(question.facts), ...ports };
}

async function decide(id: StageId, question: Question): Promise<{ stage: StageResult; learnt: Partial<Facts> }> {
  const { budget, settings } = question;
  const started = systemClock.now();
  budget.startStage();
  const answer: Answer =
    settings.signal?.aborted === true
      ? INTERRUPTED
      : budget.remaining() === 0
        ? { status: 'unknown', reason: 'timeout', detail: `no time is left; ${budget}` }
        : await checksOf(settings)[id](question);
  const seen = settings.signal?.aborted === true && answer.status !== 'pass' ? INTERRUPTED : answer;
  const ms = Math.round((systemClock.now() - started) * 10) / 10;
  return { stage: resultOf(id, seen, ms, question), learnt: answer.learnt ?? {} };
}

function checksOf({ transport }: ProbeSettings) {
  return transport === 'tcp' ? TCP_CHECKS : CHECKS;
}

const INTERRUPTED: Answer = { status: 'unknown', detail: 'interrupted' };

function notReached(id: StageId, stoppedAt: StageId): { stage: StageResult; learnt: Partial<Facts> } {
  return { stage: { id, status: 'skip', ms: 0, detail: `not reached: stopped at ${stoppedAt}` }, learnt: {} };
}

function resultOf(id: StageId, answer: Answer, ms: number, question: Question): StageResult {
  const { facts } = question;
  const { status, reason, detail, asked } = answer;
  const stopped = status === 'fail' || status === 'unknown';
  const cause = asked === undefined || asked.ok || !stopped ? undefined : asked.error;
  const error = cause === undefined ? undefined : summarize(cause);
  const answeredFrom = answer.answeredFrom ?? asked?.trace?.answeredFrom ?? undefined;
  const elsewhere = answeredFrom !== undefined && answeredFrom.host !== facts.host;
  const advice = stopped ? adviceOfAnswer(id, answer, cause, question) : undefined;
  return {
    id,
    status,
    ...(reason !== undefined && { reason }),
    ms,
    detail: elsewhere ? `${detail}; the answer came from ${answeredFrom.host}, not from ${facts.host}` : detail,
    ...(answeredFrom !== undefined && { answeredFrom: { host: answeredFrom.host, port: answeredFrom.port } }),
    ...(error !== undefined && { error }),
    ...(advice !== undefined && { advice }),
  };
}

function adviceOfAnswer(id: StageId, answer: Answer, cause: unknown, question: Question): string | undefined {
  if (answer.advice !== undefined || answer.reason === undefined) return answer.advice;
  return adviceOn(id, answer.reason, cause, question);
}

function clusterOf({ firstCall, version }: Facts): Pick<ProbeResult, 'cluster' | 'kb814622'> {
  if (firstCall === null || !firstCall.ok || firstCall.value.name === '') return { cluster: null, kb814622: null };
  const { name, node } = firstCall.value;
  return { cluster: { name, node, version }, kb814622: version === null ? null : kb814622Of(node, version) };
}

/** Closing is owed to the server even where nobody asks how it went. */
async function release(question: Question): Promise<void> {
  const { facts, settings } = question;
  const { handle, mapper, service, client, watch } = facts;
  if (handle !== null && service !== null) {
    const timeout = Math.min(settings.stageTimeout, CLOSE_TIMEOUT);
    await clusapiOf(question, service)
      .close(handle, { timeout })
      .catch(() => {});
  }
  await watch?.close();
  await client?.close();
  for (const each of [mapper, service]) if (each instanceof RpcConnection) await each.close();
}

function factsAtFirst(settings: ProbeSettings, known: MapperAddress | null): Facts {
  return {
    host: '',
    mapperPort: settings.endpointMapperPort ?? known?.port ?? ENDPOINT_MAPPER_PORT,
    client: null,
    mapper: null,
    watch: null,
    mapping: null,
    port: settings.endpoint ?? null,
    service: null,
    firstCall: null,
    handle: null,
    version: null,
  };
}
