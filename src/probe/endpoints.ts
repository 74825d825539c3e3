import { isIP } from 'node:net';
import { uuidText } from '../bytes/uuid.ts';
import { notRpc, traceOf } from '../client/call-error.ts';
import type { Caller } from '../client/caller.ts';
import { lookupEndpoints, type MapperEntry, type ProtocolSequence } from '../client/endpoint-mapper.ts';
import { RpcConnection } from '../client/rpc-connection.ts';
import { atStage, isCallbackFailure } from '../client/stages.ts';
import { interfaceName } from '../interface/index.ts';
import { foreignDatagram } from '../machine/call.ts';
import type { Address } from '../machine/contract.ts';
import { mapperOf } from '../open/hosts.ts';
import { within } from '../open/race.ts';
import { isClusError, RemoteProtocolError, TransportError } from '../status/errors.ts';
import { choiceOption, invalidOption } from '../status/options.ts';
import { systemClock } from '../transport/clock.ts';
import { mapperRefused } from './advice.ts';
import { ask } from './ask.ts';
import { Budget } from './budget.ts';
import { type ProbeSettings, probeSettings } from './settings.ts';
import { openRpcSocket, retransmitOf } from './sockets.ts';
import { problemOf } from './targets.ts';
import { troubleAnswer } from './trouble.ts';
import type { ProbeOptions } from './types.ts';
import { type Watch, watch } from './watch.ts';

/** How ept_lookup is called. */
export const LOOKUP_SEMANTICS = ['auto', 'at-most-once', 'idempotent'] as const;

/** How an endpoint mapper is asked; times in ms. */
export interface EndpointsOptions
  extends Pick<
    ProbeOptions,
    'endpointMapperPort' | 'dialect' | 'localPorts' | 'source' | 'family' | 'timeout' | 'stageTimeout' | 'signal'
  > {
  /**
   * Default `auto`: at most once, as Windows calls it ([MS-RPCE] 2.2.1.2.4), since an answer takes entries off the lookup
   * handle and a repeated execution would skip those of a lost answer. Where that call draws a callback which never
   * arrives, it goes on with `idempotent`, the original declaration (C706 App. O), which needs no callback.
   */
  readonly semantics?: (typeof LOOKUP_SEMANTICS)[number] | undefined;
  /** Default `auto`: over UDP, and over TCP as well where UDP stays silent; UDP where an option is about datagrams. */
  readonly transport?: 'auto' | 'udp' | 'tcp' | undefined;
}

/** One entry of an endpoint map: an interface and where it is served (C706 appendix L). */
export interface EndpointEntry {
  readonly interface: {
    readonly uuid: string;
    /** `clusapi` and the like; null for interfaces that this package does not know. */
    readonly name: string | null;
    readonly version: { readonly major: number; readonly minor: number };
  };
  /** Null for a tower of another kind. */
  readonly protocol: ProtocolSequence | null;
  readonly address: string | null;
  readonly port: number | null;
  /** The pipe or local name where the endpoint is not a port. */
  readonly pipe: string | null;
  readonly annotation: string;
  /** Null without an object UUID. */
  readonly object: string | null;
}

/** The document `clusrpc/endpoints/1`. */
export interface EndpointsDocument {
  readonly schema: 'clusrpc/endpoints/1';
  readonly target: string;
  readonly mapper: Address;
  /** Which of its two ports answered; they show the same map. */
  readonly over: 'udp' | 'tcp';
  /** Where the last answer came from. */
  readonly answeredFrom: Address;
  /** `idempotent`: callbacks did not arrive, and a lost answer may have cost entries. */
  readonly semantics: 'at-most-once' | 'idempotent';
  readonly entries: readonly EndpointEntry[];
}

/**
 * Everything that the endpoint mapper of a host offers, in its own order. Throws ClusError with `stage` and `advice` when
 * there is no answer or a refusal, LocalMisuseError for options that cannot be, and when aborted the signal's reason.
 */
export async function endpoints(target: string, options: EndpointsOptions = {}): Promise<EndpointsDocument> {
  const problem = problemOf(target);
  if (problem !== null) throw invalidOption(problem);
  const { semantics = 'auto', transport: given = 'auto', ...rest } = options;
  choiceOption('transport', given, ['auto', 'udp', 'tcp']);
  const ofDatagrams = options.semantics ?? options.localPorts ?? options.dialect;
  const transport = given === 'auto' && ofDatagrams !== undefined ? 'udp' : given;
  const settings = probeSettings(rest);
  settings.signal?.throwIfAborted();
  const mapper = await mapperOf(target, { port: settings.endpointMapperPort, family: settings.family });
  if (settings.family !== 0 && isIP(mapper.host) !== settings.family) {
    throw new TransportError(`${mapper.host} is not an address of IPv${settings.family}`, { stage: 'resolve' });
  }
  const udp = (signal = settings.signal) => overUdp(mapper, semantics, { ...settings, signal });
  const tcp = (signal = settings.signal) => overTcp(mapper, { ...settings, signal });
  const found = await { udp, tcp, auto: () => overEither(udp, tcp, settings.signal) }[transport]();
  return { schema: 'clusrpc/endpoints/1', target, mapper, ...found };
}

type Found = Pick<EndpointsDocument, 'over' | 'answeredFrom' | 'semantics' | 'entries'>;
type Asking = (signal: AbortSignal) => Promise<Found>;

/** ms that UDP has to itself: a mapper of its time answers in a few round trips. */
const HEAD_START = 500;

/** TCP begins when nobody was reached over UDP, or beside it when UDP takes long. When both fail the error is UDP's, with TCP's words in it. */
async function overEither(udp: Asking, tcp: Asking, signal: AbortSignal | undefined): Promise<Found> {
  const losers = new AbortController();
  const limited = signal === undefined ? losers.signal : AbortSignal.any([signal, losers.signal]);
  const first = udp(limited);
  try {
    await goneOn(first);
    return await Promise.any([first, tcp(limited)]);
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    const [datagrams, connection] = error.errors;
    if (isClusError(datagrams) && isClusError(connection)) datagrams.message += `; and over TCP: ${connection.message}`;
    throw datagrams;
  } finally {
    losers.abort();
  }
}

/** Resolves when UDP has reached nobody or takes long, and when it has succeeded; rejects with what a mapper answered. */
function goneOn(first: Promise<Found>): Promise<unknown> {
  const nullIfNobody = (error: unknown) => {
    if (!isClusError(error) || error.stage !== 'mapper-reachable') throw error;
    return null;
  };
  return within(HEAD_START, systemClock, first.catch(nullIfNobody));
}

async function overTcp(mapper: Address, settings: ProbeSettings): Promise<Found> {
  const budget = new Budget(settings);
  budget.startStage();
  const { signal, source } = settings;
  const options = { to: mapper, localAddress: source, timeout: budget.remaining(), signal };
  const connection = await RpcConnection.open(options).catch((error: unknown) => {
    throw atStage(error, 'mapper-reachable');
  });
  try {
    return { over: 'tcp', ...(await collect(connection, mapper, 'at-most-once', { settings, budget })) };
  } catch (error) {
    throw atStage(error, 'mapper-answers');
  } finally {
    await connection.close();
  }
}

async function overUdp(
  mapper: Address,
  semantics: LookupOptions['semantics'],
  settings: ProbeSettings,
): Promise<Found> {
  const budget = new Budget(settings);
  const client = await openRpcSocket(settings, mapper);
  try {
    return { over: 'udp', ...(await lookup(client.bind(mapper), mapper, { semantics, settings, budget })) };
  } finally {
    await client.close();
  }
}

interface LookupOptions {
  readonly semantics: NonNullable<EndpointsOptions['semantics']>;
  readonly settings: ProbeSettings;
  readonly budget: Budget;
}

type Listing = Omit<Found, 'over'>;

async function lookup(server: Caller, to: Address, options: LookupOptions): Promise<Listing> {
  const { settings, budget } = options;
  budget.startStage();
  const watching = await watch(to, {
    timeout: budget.remaining(),
    retransmit: retransmitOf(settings),
    signal: settings.signal,
    localAddress: settings.source,
    localPorts: [0],
  });
  try {
    const first = options.semantics === 'idempotent' ? 'idempotent' : 'at-most-once';
    return await Promise.race([collect(server, to, first, options), refusal(watching, to)]);
  } catch (error) {
    settings.signal?.throwIfAborted();
    if (options.semantics !== 'auto' || !isCallbackFailure(error)) throw await placed(error, watching);
    return await collect(server, to, 'idempotent', options).catch(async (again: unknown) => {
      throw await placed(again, watching);
    });
  } finally {
    await watching.close();
  }
}

async function collect(
  server: Caller,
  to: Address,
  semantics: Listing['semantics'],
  { settings, budget }: Pick<LookupOptions, 'settings' | 'budget'>,
): Promise<Listing> {
  const entries: EndpointEntry[] = [];
  const remaining = () => {
    budget.startStage();
    return budget.remaining();
  };
  const asked = await ask(server, { remaining, signal: settings.signal }, async (mapper) => {
    for await (const entry of lookupEndpoints(mapper, { semantics })) {
      entries.push(entryOf(entry));
    }
  });
  if (!asked.ok) throw asked.error;
  return { answeredFrom: asked.trace?.answeredFrom ?? to, semantics, entries };
}

/** Only the connected socket hears that nothing listens there. */
async function refusal(watching: Watch, { host, port }: Address): Promise<never> {
  const first = await watching.first;
  if (first.kind !== 'trouble') return new Promise<never>(() => {});
  const { detail, advice } = troubleAnswer(first.code, { host, port }, {});
  throw new TransportError(detail, { stage: 'mapper-reachable', advice: advice ?? mapperRefused(port) });
}

/** With stage and advice. Silence towards ept_lookup is not that of a host whose RPC server has answered something else. */
async function placed(error: unknown, watching: Watch): Promise<unknown> {
  const trace = traceOf(error);
  if (trace === null || trace.answeredFrom !== null) return atStage(error, 'mapper-answers');
  const first = await watching.first;
  if (first.kind !== 'datagram' || !isClusError(error)) return atStage(error, 'mapper-reachable');
  if (!(await watching.isRpc))
    return atStage(new RemoteProtocolError(notRpc(foreignDatagram(first.datagram))), 'mapper-answers');
  error.advice ??=
    'An RPC server answers at that port, but not ept_lookup: it is no endpoint mapper, or a firewall lets answers through to some local ports only.';
  return atStage(error, 'mapper-answers');
}

function entryOf({ interface: id, protocol, address, port, pipe, annotation, object }: MapperEntry): EndpointEntry {
  return {
    interface: { uuid: uuidText(id.uuid), name: interfaceName(id.uuid) ?? null, version: { ...id.version } },
    protocol,
    address,
    port,
    pipe,
    annotation,
    object: object === null ? null : uuidText(object),
  };
}
