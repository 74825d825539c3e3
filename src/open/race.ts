import { ClusError, isClusError } from '../status/errors.ts';
import { onAbort } from '../status/on-abort.ts';
import { win32Code } from '../status/win32.ts';
import type { Clock } from '../transport/clock.ts';
import type { Backend } from './backend.ts';

/** ms that clusapi.dll has to itself. A firewall that drops TCP 135 costs it 21 s, in which wire opens a hundred times. */
const HEAD_START = 2_000;

/** What clusapi.dll answers for targets that it cannot reach: it is not there, or no RPC of its leads to the target. */
const OUT_OF_REACH = new Set(
  (
    [
      'ERROR_BAD_NETPATH',
      'ERROR_SEM_TIMEOUT',
      'ERROR_MOD_NOT_FOUND',
      'ERROR_PROC_NOT_FOUND',
      'ERROR_CONNECTION_REFUSED',
      'ERROR_NETWORK_UNREACHABLE',
      'ERROR_HOST_UNREACHABLE',
      'ERROR_TIMEOUT',
      'RPC_S_PROTSEQ_NOT_SUPPORTED',
      'RPC_S_UNKNOWN_IF',
      'RPC_S_SERVER_UNAVAILABLE',
      'EPT_S_NOT_REGISTERED',
      'WSAETIMEDOUT',
    ] as const
  ).map(win32Code),
);

/** Our own errors of a library that is not there or not coming to an end. */
const MAY_BE_OPENED_OTHERWISE: ReadonlySet<string> = new Set([
  'ERR_CLUSRPC_UNAVAILABLE_BACKEND',
  'ERR_CLUSRPC_TIMEOUT',
  'ERR_CLUSRPC_NO_FREE_THREAD',
]);

export interface Opened<T> {
  readonly backend: Backend;
  readonly session: T;
}

export interface Race<T> {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly open: (backend: Backend, signal: AbortSignal | undefined) => Promise<T>;
  /** Gives back what the loser has opened all the same. */
  readonly discard: (session: T) => void;
}

/**
 * Opens through the first of these backends that is there. Where `wire` stands after clusapi.dll it begins when the DLL
 * says that the target is out of its reach, or beside it when the DLL takes long; the first that opens wins and the other
 * is given up. When both fail the error tells both.
 */
export async function openFirst<T>(backends: readonly Backend[], race: Race<T>): Promise<Opened<T>> {
  const before = backends.filter((backend) => backend !== 'wire');
  if (before.length === 0 || before.length === backends.length) return openInTurn(backends, race, race.signal);
  const { clock, signal, discard } = race;
  const losers = new AbortController();
  const stop = onAbort(signal, () => losers.abort(signal?.reason));
  const library = openInTurn(before, race, losers.signal);
  const attempts = [library];
  let won: Opened<T> | null = null;
  try {
    won = await within(HEAD_START, clock, library.catch(nullIfWireMay));
    if (won !== null) return won;
    const wire = openInTurn(['wire'], race, losers.signal);
    attempts.push(wire);
    won = await firstOf(library, wire);
    return won;
  } finally {
    stop();
    losers.abort();
    for (const attempt of attempts) {
      attempt.then(
        (opened) => opened !== won && discard(opened.session),
        () => {},
      );
    }
  }
}

/** The FFI package loads the same DLL, so it is for a machine where the addon is not there, and for nothing else. */
async function openInTurn<T>(
  [backend, ...others]: readonly Backend[],
  race: Race<T>,
  signal: AbortSignal | undefined,
): Promise<Opened<T>> {
  try {
    return { backend: backend as Backend, session: await race.open(backend as Backend, signal) };
  } catch (error) {
    if (others.length === 0 || !isUnavailable(error)) throw error;
    return openInTurn(others, race, signal);
  }
}

/** The first that opens. What clusapi.dll says of a target that it does reach is the last word. */
function firstOf<T>(library: Promise<Opened<T>>, wire: Promise<Opened<T>>): Promise<Opened<T>> {
  return new Promise((resolve, reject) => {
    library.catch(nullIfWireMay).catch(reject);
    Promise.any([library, wire]).then(resolve, ({ errors }: AggregateError) => reject(bothFailed(errors)));
  });
}

/** What the work comes to, or null when it takes longer. */
export async function within<T>(ms: number, clock: Clock, work: Promise<T>): Promise<T | null> {
  let end: (value: null) => void = () => {};
  const timer = clock.at(clock.now() + ms, () => end(null));
  const late = new Promise<null>((resolve) => {
    end = resolve;
  });
  return Promise.race([work, late]).finally(() => timer.cancel());
}

function nullIfWireMay(error: unknown): null {
  const { code = '', errno = -1 } = isClusError(error) ? error : {};
  if (MAY_BE_OPENED_OTHERWISE.has(code) || OUT_OF_REACH.has(errno)) return null;
  throw error;
}

function isUnavailable(error: unknown): boolean {
  return isClusError(error) && error.code === 'ERR_CLUSRPC_UNAVAILABLE_BACKEND';
}

/** What wire says, since it knows the layer, with the word of clusapi.dll beside it. */
function bothFailed([library, wire]: readonly unknown[]): unknown {
  if (!isClusError(library) || !isClusError(wire) || isUnavailable(library)) return wire;
  const { code, errno, syscall, stage, advice } = wire;
  return new ClusError(`${wire.message}; and clusapi.dll: ${library.message}`, code, {
    ...(errno !== undefined && { errno }),
    ...(syscall !== undefined && { syscall }),
    ...(stage !== undefined && { stage }),
    ...(advice !== undefined && { advice }),
    cause: new AggregateError([library, wire], 'neither clusapi.dll nor our own RPC opened the cluster'),
  });
}
