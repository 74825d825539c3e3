import { type ClusError, FaultError, isClusError, RejectError, RemoteProtocolError } from '../status/errors.ts';
import { ncaCode } from '../status/nca.ts';
import { win32Code } from '../status/win32.ts';
import { Win32Error } from '../status/win32-error.ts';
import { traceOf } from './call-error.ts';
import { isRefusedPort } from './refused-port.ts';

/** The way to an open cluster, in order: what `probe` walks and `error.stage` names. */
export const STAGES = [
  'resolve',
  'mapper-reachable',
  'mapper-answers',
  'interface-registered',
  'endpoint-reachable',
  'callback-path',
  'authenticate',
  'cluster-name',
  'open-cluster',
  'cluster-version',
  'close-cluster',
] as const;

/** One of STAGES. */
export type StageId = (typeof STAGES)[number];

/** Why a stage failed, as `probe` and the errors of `openCluster` name it. */
export const REASONS = [
  'refused',
  'filtered',
  'silent',
  'wrong-source',
  'rejected',
  'faulted',
  'denied',
  'timeout',
  'not-registered',
  'no-name',
] as const;

/** One of REASONS. */
export type Reason = (typeof REASONS)[number];

/** Win32 numbers that mean: not with these credentials, or not without. */
const DENIED = new Set(
  (
    [
      'ERROR_ACCESS_DENIED',
      'RPC_S_UNKNOWN_AUTHN_SERVICE',
      'RPC_S_UNKNOWN_AUTHN_LEVEL',
      'RPC_S_UNSUPPORTED_AUTHN_LEVEL',
      'RPC_S_SEC_PKG_ERROR',
      'RPC_S_BINDING_HAS_NO_AUTH',
      'ERROR_PASSWORD_EXPIRED',
      'ERROR_ACCOUNT_DISABLED',
      'ERROR_ACCOUNT_EXPIRED',
      'ERROR_ACCOUNT_LOCKED_OUT',
      'ERROR_TIME_SKEW',
    ] as const
  ).map(win32Code),
);

export function isDenied(error: unknown): error is ClusError {
  return isClusError(error) && error.errno !== undefined && DENIED.has(error.errno);
}

/** Which stage a failed ept_map belongs to. */
export function mapperStage(error: unknown): StageId {
  if (isClusError(error) && error.errno === win32Code('EPT_S_NOT_REGISTERED')) return 'interface-registered';
  // A status or a broken answer of the mapper is an answer as well.
  const answered = error instanceof Win32Error || error instanceof RemoteProtocolError || wasHeard(error);
  return answered ? 'mapper-answers' : 'mapper-reachable';
}

/**
 * Which stage a failed first at-most-once call belongs to. A server that knows of the call but whose callback never came
 * shows that callbacks are blocked on the way.
 */
export function firstCallStage(error: unknown): StageId {
  if (isDenied(error)) return 'authenticate';
  if (isCallbackFailure(error)) return 'callback-path';
  if (error instanceof FaultError || error instanceof RejectError || wasHeard(error)) return 'cluster-name';
  return 'endpoint-reachable';
}

export function isCallbackFailure(error: unknown): boolean {
  if (error instanceof RejectError && error.status === ncaCode('nca_s_who_are_you_failed')) return true;
  const trace = traceOf(error);
  if (trace?.protocol !== 'cl' || trace.callbacks > 0) return false;
  const { working = 0, fack = 0, nocall = 0 } = trace.heard;
  return working + fack + nocall > 0;
}

export function reasonOf(error: unknown): Reason {
  if (isDenied(error)) return 'denied';
  if (isRefusedPort(error)) return 'refused';
  if (isClusError(error) && error.errno === win32Code('EPT_S_NOT_REGISTERED')) return 'not-registered';
  if (isCallbackFailure(error)) return 'silent';
  if (error instanceof RejectError) return 'rejected';
  if (error instanceof FaultError) return 'faulted';
  if (!isClusError(error) || error instanceof RemoteProtocolError) return 'faulted';
  if (wasHeard(error)) return error.code === 'ERR_CLUSRPC_TIMEOUT' ? 'timeout' : 'faulted';
  return traceOf(error) === null ? 'faulted' : 'silent';
}

/** A sentence that says what to do about a failure at this stage; undefined when the error speaks for itself. */
export function adviceFor(stage: StageId, reason: Reason): string | undefined {
  if (reason === 'denied') {
    return ADVICE[`${stage} denied`] ?? WANTS_NTLM;
  }
  return ADVICE[`${stage} ${reason}`] ?? ADVICE[stage];
}

const WANTS_NTLM =
  'The server wants NTLM credentials: name an account that its security descriptor admits (`credentials`).';

const ADVICE: Readonly<Record<string, string>> = {
  'open-cluster denied':
    'The server knows the caller but its security descriptor does not let it open the cluster: grant the account access with cluadmin or cluster.exe, or name another one (`credentials`).',
  resolve: 'Check the spelling, or give an IP address; CLUSRPC_HOSTS=NAME=ADDRESS:PORT points a name at a mapper.',
  'mapper-reachable silent':
    'Over UDP a host that is down, a firewall that drops, and Windows Server 2008 or later, which has no datagram RPC, all look like this: ping the host, allow UDP 135 both ways, ask for its Windows version; Server 2008 and later need RPC over TCP.',
  'mapper-reachable refused':
    'The host is up but nothing listens on its mapper’s port: start the Remote Procedure Call service, or give the port where its mapper listens.',
  'endpoint-reachable refused':
    'Nothing listens at the port of the Cluster service: start the service there again, or let the mapper tell the port.',
  'mapper-answers': 'Something other than an endpoint mapper answers at that port: check the port that was given.',
  'interface-registered':
    'The host has an endpoint mapper but no ClusAPI 2.0 over UDP: start the Cluster service there (net start clussvc), or take another node.',
  'endpoint-reachable':
    'The mapper answers but the port of the Cluster service does not: allow the host’s RPC port range through the firewall.',
  'callback-path':
    'The server calls this client back before it executes anything: allow UDP from the server, any port, to the local ports in use, and keep NAT out of the way.',
};

/** Fills in stage and advice of an error that has none. */
export function atStage(error: unknown, stage: StageId): unknown {
  if (!isClusError(error)) return error;
  error.stage ??= stage;
  error.advice ??= adviceFor(stage, reasonOf(error));
  return error;
}

function wasHeard(error: unknown): boolean {
  const trace = traceOf(error);
  return trace !== null && trace.answeredFrom !== null;
}
