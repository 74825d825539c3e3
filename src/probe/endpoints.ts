import { isIP } from 'node:net';
import { uuidText } from '../bytes/uuid.ts';
import { traceOf } from '../client/call-error.ts';
import type { Caller } from '../client/caller.ts';
import {
  ENDPOINT_MAPPER_PORT,
  lookupEndpoints,
  type MapperEntry,
  type ProtocolSequence,
} from '../client/endpoint-mapper.ts';
import { resolveHost } from '../client/resolve.ts';
import { atStage, isCallbackFailure } from '../client/stages.ts';
import { interfaceName } from '../interface/index.ts';
import type { Address } from '../machine/contract.ts';
import { mapperFromEnvironment } from '../open/hosts.ts';
import { isClusError, RemoteProtocolError, TransportError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { mapperRefused } from './advice.ts';
import { ask } from './ask.ts';
import { Budget } from './budget.ts';
import { type ProbeSettings, probeSettings } from './settings.ts';
import { openRpcSocket, retransmitOf } from './sockets.ts';
import { problemOf } from './targets.ts';
import { troubleAnswer } from './trouble.ts';
import type { ProbeOptions } from './types.ts';
import { notRpc, type Watch, watch } from './watch.ts';

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
  const { semantics = 'auto', ...rest } = options;
  const settings = probeSettings(rest);
  settings.signal?.throwIfAborted();
  const known = mapperFromEnvironment(target, process.env.CLUSRPC_HOSTS);
  const mapper = {
    host: await resolveHost(known?.host ?? target, { family: settings.family }),
    port: settings.endpointMapperPort ?? known?.port ?? ENDPOINT_MAPPER_PORT,
  };
  if (settings.family !== 0 && isIP(mapper.host) !== settings.family) {
    throw new TransportError(`${mapper.host} is not an address of IPv${settings.family}`, { stage: 'resolve' });
  }
  const budget = new Budget(settings);
  const client = await openRpcSocket(settings, mapper);
  try {
    const found = await lookup(client.bind(mapper), mapper, { semantics, settings, budget });
    return { schema: 'clusrpc/endpoints/1', target, mapper, ...found };
  } finally {
    await client.close();
  }
}

interface LookupOptions {
  readonly semantics: NonNullable<EndpointsOptions['semantics']>;
  readonly settings: ProbeSettings;
  readonly budget: Budget;
}

type Found = Pick<EndpointsDocument, 'answeredFrom' | 'semantics' | 'entries'>;

async function lookup(server: Caller, to: Address, options: LookupOptions): Promise<Found> {
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
  semantics: Found['semantics'],
  { settings, budget }: LookupOptions,
): Promise<Found> {
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
  if (!(await watching.isRpc)) return atStage(new RemoteProtocolError(notRpc(first.datagram)), 'mapper-answers');
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
