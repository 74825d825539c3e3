import { invalidOption } from '../status/options.ts';
import { BACKENDS, type Backend } from './backend.ts';
import { mapperFromEnvironment } from './hosts.ts';
import { emulatorFor } from './installed.ts';
import type { WireOptions } from './wire.ts';

/** Options that only our own RPC can honour. */
const WIRE_ONLY = [
  'localPorts',
  'localAddress',
  'endpointMapperPort',
  'endpoint',
  'resolution',
  'credentials',
  'authLevel',
  'ntlmV1',
  'transport',
] as const;

/**
 * The backends to try for `wanted`, in order. `auto`: what CLUSRPC_BACKEND says, an installed emulator that knows the
 * name, on Windows the addon, else an FFI package, else wire; elsewhere, and for what only wire can do, wire. `name` null:
 * the cluster of this node, which only clusapi.dll knows.
 */
export function backendsFor(
  name: string | null,
  wanted: 'auto' | Backend = 'auto',
  options: WireOptions = {},
  platform: string = process.platform,
): readonly [Backend, ...Backend[]] {
  const told = wanted === 'auto' ? process.env.CLUSRPC_BACKEND || 'auto' : wanted;
  const backend = BACKENDS.find((each) => each === told);
  if (name === null && (backend === 'wire' || backend === 'emulated')) {
    throw invalidOption(`the cluster of this node is known to clusapi.dll alone, not to backend ${backend}`);
  }
  if (backend !== undefined) return [backend];
  if (told !== 'auto') {
    const where = wanted === 'auto' ? 'CLUSRPC_BACKEND' : 'backend';
    throw invalidOption(`${where}: ${JSON.stringify(told)} is none of auto, ${BACKENDS.join(', ')}`);
  }
  if (name === null) return ['native', 'ffi'];
  if (emulatorFor(name) !== null) return ['emulated'];
  if (platform !== 'win32' || WIRE_ONLY.some((option) => options[option] !== undefined)) return ['wire'];
  return mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS) === null ? ['native', 'ffi', 'wire'] : ['wire'];
}
