import type { Reason, StageId } from '../client/stages.ts';

/** The stages of an open, for people: what is done there. The command line and JSON keep the names, which are asked for. */
export const STAGE_WORDS: Readonly<Record<StageId, string>> = {
  resolve: 'find the address',
  'mapper-reachable': 'reach the endpoint mapper',
  'mapper-answers': 'ask the endpoint mapper',
  'interface-registered': 'find the Cluster service',
  'endpoint-reachable': 'reach the Cluster service',
  'callback-path': 'be called back',
  authenticate: 'log on',
  'cluster-name': 'ask for the name of the cluster',
  'open-cluster': 'open the cluster',
  'cluster-version': 'ask for its version',
  'close-cluster': 'close it again',
};

export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  refused: 'refused',
  filtered: 'filtered on the way',
  silent: 'no answer',
  'wrong-source': 'an answer from elsewhere',
  rejected: 'rejected',
  faulted: 'answered wrongly',
  denied: 'access denied',
  timeout: 'not done in time',
  'not-registered': 'not registered',
  'no-name': 'no such name',
};
