import { setTimeout } from 'node:timers/promises';
import { ClusError, LocalMisuseError } from '../status/errors.ts';
import { livePorts } from '../windows/port-table.ts';
import { linuxPorts } from './proc.ts';
import { type PortSample, portSample } from './sample.ts';

export interface WatchOptions {
  /** Milliseconds between two samples: 10 000 by default, since ports recycle in minutes. */
  readonly every?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LARGEST_PID = 0xffff_ffff;

/** The ports that a process holds now: port tables on Windows, /proc on Linux. `ms` is the time since 1970. */
export async function readPorts(pid: number): Promise<PortSample> {
  if (!Number.isInteger(pid) || pid < 1 || pid > LARGEST_PID) throw new LocalMisuseError(`${pid} is no process id`);
  if (process.platform === 'linux') return portSample(Date.now(), await linuxPorts(pid));
  if (process.platform !== 'win32') throw unwatchable();
  requireProcess(pid);
  const ports = await livePorts();
  return portSample(
    Date.now(),
    ports.filter((port) => port.pid === pid),
  );
}

/** Samples a process until it ends or `signal` aborts; both end the iteration without an error. */
export async function* watchPorts(pid: number, options: WatchOptions = {}): AsyncGenerator<PortSample, void, void> {
  const { every = 10_000, signal } = options;
  yield await readPorts(pid);
  for (;;) {
    try {
      await setTimeout(every, undefined, signal === undefined ? {} : { signal });
    } catch {
      return;
    }
    const sample = await readPorts(pid).catch((error: unknown) => {
      if (error instanceof ClusError && error.code === 'ERR_CLUSRPC_INVALID_INPUT') return undefined;
      throw error;
    });
    if (sample === undefined) return;
    yield sample;
  }
}

/** The port tables know a process only while it holds a port; signal 0 asks whether it lives. */
function requireProcess(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EPERM') return;
    throw new ClusError(`there is no process ${pid}`, 'ERR_CLUSRPC_INVALID_INPUT', { cause });
  }
}

function unwatchable(): ClusError {
  return new ClusError(
    `watch cannot read the ports of a process on ${process.platform}`,
    'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
    {
      advice: 'It needs Windows or Linux; elsewhere feed it what `netstat -ano` says.',
    },
  );
}
