import type { StageId } from '../../client/stages.ts';
import type { Check } from '../check.ts';
import { authenticate } from './authenticate.ts';
import { callbackPath } from './callback-path.ts';
import { closeCluster } from './close-cluster.ts';
import { clusterName } from './cluster-name.ts';
import { clusterVersion } from './cluster-version.ts';
import { endpointReachable } from './endpoint-reachable.ts';
import { interfaceRegistered } from './interface-registered.ts';
import { mapperAnswers } from './mapper-answers.ts';
import { mapperReachable } from './mapper-reachable.ts';
import { openCluster } from './open-cluster.ts';
import { resolve } from './resolve.ts';

/** What decides each stage. */
export const CHECKS: Readonly<Record<StageId, Check>> = {
  resolve,
  'mapper-reachable': mapperReachable,
  'mapper-answers': mapperAnswers,
  'interface-registered': interfaceRegistered,
  'endpoint-reachable': endpointReachable,
  'callback-path': callbackPath,
  authenticate,
  'cluster-name': clusterName,
  'open-cluster': openCluster,
  'cluster-version': clusterVersion,
  'close-cluster': closeCluster,
};
