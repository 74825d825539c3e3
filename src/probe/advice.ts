import { adviceFor, type Reason, type StageId } from '../client/stages.ts';
import { isClusError, RejectError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import type { Question } from './check.ts';

/** A sentence about what to do; undefined where the detail says all. */
export function adviceOn(id: StageId, reason: Reason, error: unknown, question: Question): string | undefined {
  if (error instanceof RejectError && error.status === ncaCode('nca_s_unk_if') && id === 'cluster-name') {
    return 'The server at that port does not serve ClusAPI 2.0: let the mapper tell the port instead of giving it.';
  }
  const own = ADVICE[`${id} ${reason}`];
  if (own !== undefined) return own(question);
  if (question.settings.logon !== null && isClusError(error) && error.advice !== undefined) return error.advice;
  if (reason === 'silent' || reason === 'timeout') return LATE_SILENCE[id] ?? adviceFor(id, reason);
  return isClusError(error) && error.advice !== undefined ? error.advice : adviceFor(id, reason);
}

export function mapperRefused(port: number): string {
  return `The host is up but nothing listens on UDP port ${port}: start the Remote Procedure Call service there, or give the port where its mapper listens.`;
}

const FELL_SILENT =
  'The server answered before and does not now: packets are lost, or the service stopped or was moved to another node; try again, in several cycles to see how often.';

const LATE_SILENCE: Readonly<Partial<Record<StageId, string>>> = {
  'cluster-name':
    'The server has taken the call and not answered it: look at the Cluster service there, and give each stage more time (`stageTimeout`).',
  'open-cluster': FELL_SILENT,
  'cluster-version': FELL_SILENT,
  'close-cluster': FELL_SILENT,
};

const ADVICE: Readonly<Record<string, (question: Question) => string>> = {
  'mapper-reachable refused': ({ facts }) => mapperRefused(facts.mapperPort),
  'mapper-answers rejected': () =>
    'There is an RPC server that refuses to answer: try again, or restart the Remote Procedure Call service there.',
  'mapper-answers timeout': () =>
    'The mapper is at work and does not come to an end: give each stage more time (`stageTimeout`).',
  'endpoint-reachable refused': ({ settings }) =>
    settings.endpoint === undefined
      ? 'The mapper still names a port at which nothing listens any more: start the Cluster service there again.'
      : 'Nothing listens at the port that was given: let the mapper tell it.',
  'endpoint-reachable faulted': () =>
    'Something other than an RPC server answers at that port: let the mapper tell the port instead of giving it.',
  'callback-path wrong-source': () =>
    'The server calls back from another address than the one that was asked, and answers to that address do not arrive: ask it at that address, or let UDP pass to it.',
  'callback-path rejected': () =>
    'The callback arrives but its answer does not satisfy the server: an answer is lost or changed on the way back (NAT, a firewall without state for UDP).',
};
