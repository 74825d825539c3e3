import { channel } from 'node:diagnostics_channel';
import type { Logger } from '../log/subscribe.ts';
import { ClusError, isClusError, LocalMisuseError } from '../status/errors.ts';
import { systemClock } from '../transport/clock.ts';
import { BACKENDS, type Backend, type BackendSession } from './backend.ts';
import { ClusterHandle } from './cluster-handle.ts';
import { emulatorFor } from './installed.ts';
import { openWire, type WireOptions } from './wire.ts';

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

const DEFAULT_TIMEOUT = 15_000;
const DEFAULT_STAGE_TIMEOUT = 4_000;

const opens = channel('clusrpc:open');

/**
 * Opens a cluster by name or address, as OpenCluster does. Throws ClusError with `code`, `stage` and `advice`; when
 * aborted, the signal's reason; LocalMisuseError for an option that cannot be.
 */
export async function openCluster(name: string, options: OpenClusterOptions = {}): Promise<ClusterHandle> {
  if (name.trim() === '')
    throw new LocalMisuseError('the name of the cluster is empty', { code: 'ERR_CLUSRPC_INVALID_OPTION' });
  const backend = chooseBackend(name, options.backend);
  const limits = {
    ...options,
    timeout: options.timeout ?? DEFAULT_TIMEOUT,
    stageTimeout: options.stageTimeout ?? DEFAULT_STAGE_TIMEOUT,
  };
  const silence = options.logger === undefined ? null : (await import('../log/subscribe.ts')).logTo(options.logger);
  const time = systemClock.now();
  const report = (error: unknown) => {
    const message: OpenMessage = {
      time,
      ms: systemClock.now() - time,
      name,
      backend,
      outcome: error === null ? 'ok' : isClusError(error) ? error.code : 'aborted',
      stage: isClusError(error) ? error.stage : undefined,
    };
    opens.publish(message);
  };
  try {
    const session = await OPENERS[backend](name, limits);
    report(null);
    return new ClusterHandle(backend, silence === null ? session : endingWith(session, silence), options.closeTimeout);
  } catch (error) {
    report(error);
    silence?.();
    throw error;
  }
}

const OPENERS: Readonly<Record<Backend, (name: string, options: WireOptions) => Promise<BackendSession>>> = {
  wire: openWire,
  emulated: openEmulated,
  native: () => Promise.reject(unavailable('native', 'the C++ addon over clusapi.dll, on Windows')),
  ffi: () => Promise.reject(unavailable('ffi', 'clusapi.dll and an FFI package (koffi or ffi-napi), on Windows')),
};

function chooseBackend(name: string, wanted: OpenClusterOptions['backend'] = 'auto'): Backend {
  const told = wanted === 'auto' ? process.env.CLUSRPC_BACKEND || 'auto' : wanted;
  const backend = BACKENDS.find((each) => each === told);
  if (backend !== undefined) return backend;
  if (told !== 'auto') {
    const where = wanted === 'auto' ? 'CLUSRPC_BACKEND' : 'backend';
    throw new LocalMisuseError(`${where}: ${JSON.stringify(told)} is none of auto, ${BACKENDS.join(', ')}`, {
      code: 'ERR_CLUSRPC_INVALID_OPTION',
    });
  }
  return emulatorFor(name) === null ? 'wire' : 'emulated';
}

async function openEmulated(name: string, options: WireOptions): Promise<BackendSession> {
  const installed = emulatorFor(name);
  if (installed !== null) return installed.open(name, options);
  const { openInOwnEmulator } = await import('./own-emulator.ts');
  return openInOwnEmulator(name, options);
}

function unavailable(backend: Backend, needs: string): ClusError {
  return new ClusError(
    `backend ${backend} needs ${needs}; this is ${process.platform}`,
    'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    {
      advice: 'Use backend wire: our own RPC, on every system.',
    },
  );
}

function endingWith({ name, node, version, nodes, close }: BackendSession, end: () => void): BackendSession {
  return {
    name,
    node,
    version,
    nodes,
    async close(options) {
      const unconfirmed = await close(options);
      end();
      return unconfirmed;
    },
  };
}
