import { isClusError, LocalMisuseError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import { BACKENDS, type Backend } from './backend.ts';
import { mapperFromEnvironment } from './hosts.ts';
import { emulatorFor } from './installed.ts';
import type { WireOptions } from './wire.ts';

/** What clusapi.dll answers for targets that it cannot reach: it is not there, or speaks no RPC that the target does. */
const OUT_OF_REACH = new Set(
  (
    [
      'ERROR_MOD_NOT_FOUND',
      'ERROR_PROC_NOT_FOUND',
      'RPC_S_PROTSEQ_NOT_SUPPORTED',
      'RPC_S_SERVER_UNAVAILABLE',
      'EPT_S_NOT_REGISTERED',
    ] as const
  ).map(win32Code),
);

/** Options that only our own RPC can honour. */
const WIRE_ONLY = ['localPorts', 'localAddress', 'endpointMapperPort', 'endpoint', 'resolution'] as const;

/**
 * The backends to try for `wanted`, in order. `auto`: what CLUSRPC_BACKEND says, an installed emulator that knows the
 * name, on Windows the addon, else an FFI package, else wire; elsewhere, and for what only wire can do, wire.
 */
export function backendsFor(
  name: string,
  wanted: 'auto' | Backend = 'auto',
  options: WireOptions = {},
  platform: string = process.platform,
): readonly [Backend, ...Backend[]] {
  const told = wanted === 'auto' ? process.env.CLUSRPC_BACKEND || 'auto' : wanted;
  const backend = BACKENDS.find((each) => each === told);
  if (backend !== undefined) return [backend];
  if (told !== 'auto') {
    const where = wanted === 'auto' ? 'CLUSRPC_BACKEND' : 'backend';
    throw new LocalMisuseError(`${where}: ${JSON.stringify(told)} is none of auto, ${BACKENDS.join(', ')}`, {
      code: 'ERR_CLUSRPC_INVALID_OPTION',
    });
  }
  if (emulatorFor(name) !== null) return ['emulated'];
  if (platform !== 'win32' || WIRE_ONLY.some((option) => options[option] !== undefined)) return ['wire'];
  return mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS) === null ? ['native', 'ffi', 'wire'] : ['wire'];
}

/** Tries one backend after the other while a failure says that another may do better; throws the last failure. */
export async function openFirst<T>(
  backends: readonly [Backend, ...Backend[]],
  open: (backend: Backend) => Promise<T>,
): Promise<T> {
  const [backend, ...others] = backends;
  try {
    return await open(backend);
  } catch (error) {
    const [next, ...rest] = unavailable(error) ? others : outOfReach(error) ? others.slice(-1) : [];
    if (next === undefined || next === backend) throw error;
    return openFirst([next, ...rest], open);
  }
}

function unavailable(error: unknown): boolean {
  return isClusError(error) && error.code === 'ERR_CLUSRPC_UNAVAILABLE_BACKEND';
}

/** The FFI package would load the same DLL, so it is passed over. */
function outOfReach(error: unknown): boolean {
  return isClusError(error) && error.errno !== undefined && OUT_OF_REACH.has(error.errno);
}
