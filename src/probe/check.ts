import type { Caller } from '../client/caller.ts';
import { ClusterClient, type ClusterVersion } from '../client/cluster-client.ts';
import type { MapperEntry } from '../client/endpoint-mapper.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import type { Reason } from '../client/stages.ts';
import { CLUSAPI_V2, CLUSAPI_V3 } from '../interface/clusapi/index.ts';
import type { Address } from '../machine/contract.ts';
import type { MapperAddress } from '../open/hosts.ts';
import type { Asked } from './ask.ts';
import type { Budget } from './budget.ts';
import type { ProbeSettings } from './settings.ts';
import type { StageStatus } from './types.ts';
import type { Watch } from './watch.ts';

export type Tower = Omit<MapperEntry, 'object' | 'annotation'>;
export type ClusterHandle = Awaited<ReturnType<ClusterClient['open']>>;

/** What the stages so far have learnt about a target. */
export interface Facts {
  readonly host: string;
  readonly mapperPort: number;
  /** The RPC socket; it is closed when the target is done. */
  readonly client: RpcClient | null;
  readonly mapper: Caller | null;
  /** The connected socket that watches the mapper, while it is open. */
  readonly watch: Watch | null;
  /** The question to the mapper, under way since the mapper-reachable stage. */
  readonly mapping: Promise<Asked<readonly Tower[]>> | null;
  /** UDP port of the Cluster service. */
  readonly port: number | null;
  readonly service: Caller | null;
  /** The first at-most-once call, which three stages judge. */
  readonly firstCall: Asked<{ readonly name: string; readonly node: string }> | null;
  /** A context handle that is still to be closed. */
  readonly handle: ClusterHandle | null;
  readonly version: ClusterVersion | null;
}

export interface Question {
  readonly target: string;
  /** Where CLUSRPC_HOSTS says that its mapper is. */
  readonly known: MapperAddress | null;
  readonly settings: ProbeSettings;
  readonly budget: Budget;
  readonly facts: Facts;
}

/** What a check has found; `asked` gives trace and error to the result, `learnt` goes to the stages after it. */
export interface Answer {
  readonly status: StageStatus;
  readonly reason?: Reason;
  readonly detail: string;
  readonly asked?: Asked<unknown>;
  /** Where there is no call that tells. */
  readonly answeredFrom?: Address;
  /** Instead of what follows from stage and reason. */
  readonly advice?: string;
  readonly learnt?: Partial<Facts>;
}

/** One stage: a question to the network and its answer. It throws only what is a defect of ours. */
export type Check = (question: Question) => Promise<Answer> | Answer;

export function pass(detail: string, rest: Omit<Answer, 'status' | 'detail'> = {}): Answer {
  return { status: 'pass', detail, ...rest };
}

export function fail(reason: Reason, detail: string, rest: Omit<Answer, 'status' | 'reason' | 'detail'> = {}): Answer {
  return { status: 'fail', reason, detail, ...rest };
}

export function unknown(
  reason: Reason,
  detail: string,
  rest: Omit<Answer, 'status' | 'reason' | 'detail'> = {},
): Answer {
  return { status: 'unknown', reason, detail, ...rest };
}

export function skip(detail: string, rest: Omit<Answer, 'status' | 'detail'> = {}): Answer {
  return { status: 'skip', detail, ...rest };
}

/** The Cluster service, which the stages from callback-path on only see when it is known. */
export function serviceOf({ facts: { service } }: Question): Caller {
  if (service === null) throw new Error('the stage comes too early: no service is known');
  return service;
}

export function firstCallOf({ facts: { firstCall } }: Question): NonNullable<Facts['firstCall']> {
  if (firstCall === null) throw new Error('the stage comes too early: the first call is not made');
  return firstCall;
}

/** ClusAPI as this transport speaks it. */
export function clusapiOf({ settings }: Question, server: Caller): ClusterClient {
  return new ClusterClient(server, settings.transport === 'tcp' ? CLUSAPI_V3 : CLUSAPI_V2);
}
