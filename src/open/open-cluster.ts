import { channel } from 'node:diagnostics_channel';
import { type ClusterSession, withClose } from '../client/cluster-session.ts';
import type { Logger } from '../log/subscribe.ts';
import { isClusError } from '../status/errors.ts';
import { durationOption, invalidOption, portOption } from '../status/options.ts';
import { systemClock } from '../transport/clock.ts';
import { type Backend, DEFAULT_STAGE_TIMEOUT, DEFAULT_TIMEOUT } from './backend.ts';
import { backendsFor } from './choose.ts';
import { clusterApiFor, openClusapi, THIS_NODE } from './clusapi.ts';
import { type ClusterHandle, clusterHandle } from './cluster-handle.ts';
import { emulatorFor } from './installed.ts';
import { openFirst } from './race.ts';
import { openWire, type WireOptions } from './wire.ts';

/** How a cluster is opened; every option has a default. Times in ms. */
export interface OpenClusterOptions extends WireOptions {
  /** Default `auto`: CLUSRPC_BACKEND, else an installed emulator that knows the name, else clusapi.dll on Windows, else wire. */
  readonly backend?: 'auto' | Backend | undefined;
  /** ms that `close` waits for the server; default 2 000. */
  readonly closeTimeout?: number | undefined;
  /** Any object with winston's methods. */
  readonly logger?: Logger | undefined;
}

/** What `clusrpc:open` publishes when an open has ended. */
export interface OpenMessage {
  readonly time: number;
  readonly ms: number;
  readonly name: string;
  readonly backend: Backend;
  /** `ok`, or the error's code. */
  readonly outcome: string;
  readonly stage: string | undefined;
}

const opens = channel('clusrpc:open');

/**
 * Opens a cluster by name or address, as OpenCluster does; null is the cluster that this Windows machine is a node of.
 * Throws ClusError with `code`, `stage` and `advice`; when
 * aborted, the signal's reason; LocalMisuseError for an option that cannot be.
 */
export async function openCluster(name: string | null, options: OpenClusterOptions = {}): Promise<ClusterHandle> {
  if (name?.trim() === '') throw invalidOption('the name of the cluster is empty');
  portOption('endpointMapperPort', options.endpointMapperPort);
  portOption('endpoint', options.endpoint);
  const closeTimeout =
    options.closeTimeout === undefined ? undefined : durationOption('closeTimeout', options.closeTimeout);
  const backends = backendsFor(name, options.backend, options);
  const limits = {
    ...options,
    timeout: durationOption('timeout', options.timeout ?? DEFAULT_TIMEOUT),
    stageTimeout: durationOption('stageTimeout', options.stageTimeout ?? DEFAULT_STAGE_TIMEOUT),
  };
  const silence = options.logger === undefined ? null : (await import('../log/subscribe.ts')).logTo(options.logger);
  const time = systemClock.now();
  let backend = backends[0];
  const report = (error: unknown) => {
    const message: OpenMessage = {
      time,
      ms: systemClock.now() - time,
      name: name ?? '(this node)',
      backend,
      outcome: error === null ? 'ok' : isClusError(error) ? error.code : 'aborted',
      stage: isClusError(error) ? error.stage : undefined,
    };
    opens.publish(message);
  };
  try {
    const { session, ...opened } = await openFirst(backends, {
      clock: systemClock,
      signal: options.signal,
      open(next, signal) {
        backend = next;
        return OPENERS[next](name ?? THIS_NODE, { ...within(limits, time), signal });
      },
      discard: (session) => void session.close(),
    });
    backend = opened.backend;
    report(null);
    return clusterHandle(backend, silence === null ? session : withClose(session, silence), closeTimeout);
  } catch (error) {
    report(error);
    silence?.();
    throw error;
  }
}

const OPENERS: Readonly<Record<Backend, (name: string, options: WireOptions) => Promise<ClusterSession>>> = {
  wire: openWire,
  emulated: openEmulated,
  native: async (name, options) => openClusapi(clusterApiFor('native'), name, options),
  ffi: async (name, options) => openClusapi(clusterApiFor('ffi'), name, options),
};

/** A backend that comes after another has the time that is left. */
function within(options: WireOptions & { readonly timeout: number }, since: number): WireOptions {
  return { ...options, timeout: Math.max(1, options.timeout - (systemClock.now() - since)) };
}

async function openEmulated(name: string, options: WireOptions): Promise<ClusterSession> {
  const installed = emulatorFor(name);
  if (installed !== null) return installed.open(name, options);
  const { openInOwnEmulator } = await import('./own-emulator.ts');
  return openInOwnEmulator(name, options);
}
