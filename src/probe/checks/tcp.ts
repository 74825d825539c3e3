import { mapEndpoint } from '../../client/endpoint-mapper.ts';
import type { Logon } from '../../client/logon.ts';
import { RpcConnection } from '../../client/rpc-connection.ts';
import { isDenied, type StageId } from '../../client/stages.ts';
import { CLUSAPI_V2, CLUSAPI_V3 } from '../../interface/clusapi/index.ts';
import { isClusError } from '../../status/errors.ts';
import { ask } from '../ask.ts';
import { type Answer, type Check, clusapiOf, fail, pass, type Question, serviceOf, skip, unknown } from '../check.ts';
import { describeFailure, reasonOfFailure } from '../judge.ts';
import { limitsOf } from '../sockets.ts';
import { TROUBLES } from '../trouble.ts';
import { authenticate } from './authenticate.ts';
import { CHECKS } from './index.ts';
import { isNotRegistered } from './mapper-answers.ts';

/** Does the mapper's port take connections? */
const mapperReachable: Check = async (question) => {
  const { settings, facts } = question;
  if (settings.endpoint !== undefined) return skip('the port of the Cluster service was given');
  const mapper = await connect(question, facts.mapperPort, null, MAPPER_ADVICE);
  if (!(mapper instanceof RpcConnection)) return mapper;
  const mapping = ask(mapper, limitsOf(question), (server) =>
    mapEndpoint(server, CLUSAPI_V3, { protocol: 'ncacn_ip_tcp' }),
  );
  return pass(`TCP port ${facts.mapperPort} of ${facts.host} takes connections`, {
    learnt: { mapper, mapping },
    answeredFrom: mapper.server,
  });
};

const mapperAnswers: Check = async (question) => {
  const { mapping } = question.facts;
  if (mapping === null) return skip('the port of the Cluster service was given');
  const asked = await mapping;
  if (asked.ok || isNotRegistered(asked.error)) return pass('an endpoint mapper answers', { asked });
  return fail(reasonOfFailure(asked, question), describeFailure(asked, question), { asked, advice: NO_MAPPER });
};

/** How the detail of a mapper begins whose service is of the time of datagrams. */
export const OVER_UDP_ONLY = 'the endpoint mapper knows ClusAPI 2.0 over UDP only';

/** Is ClusAPI 3.0 over TCP in the mapper's answer? */
const interfaceRegistered: Check = async (question) => {
  const { mapping, mapper } = question.facts;
  if (mapping === null || mapper === null) return skip('the port of the Cluster service was given');
  const asked = await mapping;
  if (asked.ok) {
    const port = asked.value[0]?.port ?? null;
    return pass(`ClusAPI 3.0 at TCP port ${port}`, { asked, learnt: { port } });
  }
  const older = await ask(mapper, limitsOf(question), (server) => mapEndpoint(server, CLUSAPI_V2));
  if (!older.ok) {
    return fail('not-registered', 'the endpoint mapper knows no ClusAPI 3.0 over TCP', { asked, advice: NO_SERVICE });
  }
  const detail = `${OVER_UDP_ONLY}, at port ${older.value[0]?.port}`;
  return fail('not-registered', detail, { asked, advice: 'Ask it over UDP: `transport: udp`.' });
};

const endpointReachable: Check = async (question) => {
  const { settings, facts } = question;
  const port = settings.endpoint ?? facts.port;
  if (port === null) throw new Error('no port is known at this stage');
  const service = await connect(question, port, settings.logon, SERVICE_ADVICE);
  if (!(service instanceof RpcConnection)) return service;
  return pass(`TCP port ${port} takes connections`, { learnt: { service, port }, answeredFrom: service.server });
};

/** The first call binds, and shows who calls. */
const authenticateFirst: Check = async (question) => {
  const asked = await ask(serviceOf(question), limitsOf(question), (server) => clusapiOf(question, server).name());
  const learnt = { firstCall: asked };
  const answer = await authenticate({ ...question, facts: { ...question.facts, ...learnt } });
  const { logon } = question.settings;
  const low = !asked.ok && isDenied(asked.error) && logon !== null && (logon.level ?? 'privacy') !== 'privacy';
  return { ...answer, ...(low && { advice: ONLY_PRIVACY }), learnt };
};

const clusterName: Check = async (question) => {
  const answer = await CHECKS['cluster-name'](question);
  const { firstCall } = question.facts;
  const unknownInterface =
    firstCall?.ok === false && isClusError(firstCall.error) && firstCall.error.code === 'RPC_S_UNKNOWN_IF';
  return unknownInterface ? { ...answer, advice: NOT_CLUSAPI } : answer;
};

/** What decides each stage over TCP. */
export const TCP_CHECKS: Readonly<Record<StageId, Check>> = {
  ...CHECKS,
  'mapper-reachable': mapperReachable,
  'mapper-answers': mapperAnswers,
  'interface-registered': interfaceRegistered,
  'endpoint-reachable': endpointReachable,
  'callback-path': () => skip('over TCP nobody is called back'),
  authenticate: authenticateFirst,
  'cluster-name': clusterName,
};

type ConnectAdvice = Readonly<Record<'refused' | 'filtered' | 'silent', string>>;

/** A connection, or the answer of a stage that got none. */
async function connect(
  { settings, facts, budget }: Question,
  port: number,
  logon: Logon | null,
  advice: ConnectAdvice,
): Promise<RpcConnection | Answer> {
  try {
    return await RpcConnection.open({
      to: { host: facts.host, port },
      localAddress: settings.source,
      timeout: budget.remaining(),
      signal: settings.signal,
      ...(logon && { logon }),
    });
  } catch (error) {
    const asked = { ok: false, error, trace: null } as const;
    if (!isClusError(error)) return unknown('timeout', 'interrupted', { asked });
    if (error.code === 'ERR_CLUSRPC_TIMEOUT')
      return unknown('silent', `${error.message}; ${budget}`, { asked, advice: advice.silent });
    const code = (error.cause as { readonly code?: unknown } | undefined)?.code;
    const { reason } = TROUBLES[String(code)] ?? { reason: 'refused' };
    return fail(reason, error.message, { asked, advice: advice[reason] });
  }
}

const MAPPER_ADVICE: ConnectAdvice = {
  refused:
    'The host is up but nothing listens on its mapper’s TCP port: start the Remote Procedure Call service there, or give the port where its mapper listens.',
  filtered: 'Allow TCP to that port through the firewalls on the way, this machine’s own included.',
  silent: 'A host that is down and a firewall that drops look alike: ping the host, and allow TCP 135 to it.',
};

const SERVICE_ADVICE: ConnectAdvice = {
  refused: 'The mapper still names a port at which nothing listens any more: start the Cluster service there again.',
  filtered: 'Allow TCP to the RPC port range of that host through the firewalls on the way.',
  silent:
    'The mapper answers but the port of the Cluster service does not: allow TCP to the RPC port range of that host.',
};

const NO_MAPPER = 'Something other than an endpoint mapper answers at that port: check the port that was given.';
const NO_SERVICE =
  'The host has an endpoint mapper but no Cluster service: start it there (Start-Service ClusSvc), or take another node.';
const NOT_CLUSAPI =
  'The server at that port does not serve ClusAPI 3.0: let the mapper tell the port instead of giving it.';
const ONLY_PRIVACY =
  'A cluster of Windows Server 2008 or later takes level privacy only: give `authLevel: privacy`, or leave it out.';
