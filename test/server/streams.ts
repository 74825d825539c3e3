import { uuid } from '../../src/bytes/uuid.ts';
import { VirtualTime } from '../../src/emulator/virtual-time.ts';
import {
  RpcConnection,
  type RpcConnectionOptions,
  type RpcOperation,
  RpcServer,
  type RpcServerOptions,
} from '../../src/rpc.ts';
import { seededRandom, uuidSource } from '../../src/transport/random.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';
import { SimulatedStreams, type SimulatedStreamsOptions } from './simulated-streams.ts';

export const ECHO = { uuid: uuid('0f0e0d0c-0b0a-0908-0706-050403020100'), version: { major: 1, minor: 0 } };
export const STUB = Uint8Array.of(1, 2, 3, 4);
const AT = { host: '192.0.2.10', port: 49_170 };

/** A server of connections in memory, on virtual time. */
export async function streamServer(
  operations: readonly RpcOperation[],
  { simulated = {}, ...options }: RpcServerOptions & { simulated?: Partial<SimulatedStreamsOptions> } = {},
) {
  const clock = new VirtualClock();
  const network = new SimulatedStreams({ ...simulated, clock });
  const time = new VirtualTime({ clock });
  const rundowns: string[] = [];
  const server = await RpcServer.open({
    local: null,
    tcp: AT,
    streams: network,
    newUuid: uuidSource(seededRandom(1)),
    onRundown: (association) => rundowns.push(Buffer.from(association).toString('hex')),
    ...options,
  });
  server.serve({ ...ECHO, operations });
  const connect = (more: Partial<RpcConnectionOptions> = {}) =>
    time.run(() => RpcConnection.open({ to: AT, network, ...more }));
  const raw = () => time.run(() => network.connect(AT));
  return { clock, network, time, server, rundowns, connect, raw };
}
