import { isAddressInUse } from '../client/bind-first.ts';
import type { ServerSettings } from '../machine/cl/dialects.ts';
import { ContextHandles } from '../server/context-handles.ts';
import { RpcServer } from '../server/rpc-server.ts';
import type { Network } from '../transport/network.ts';
import type { StreamNetwork } from '../transport/streams.ts';
import { forwardTarget } from './forwarding.ts';
import type { HostProfile } from './host-profiles.ts';
import { type Cursor, type MapperServiceOptions, mapperService } from './mapper-service.ts';

export interface OpenMapperOptions extends Pick<MapperServiceOptions, 'faults' | 'map' | 'log' | 'address'> {
  readonly network: Network;
  /** Null: it listens on UDP only. */
  readonly streams: StreamNetwork | null;
  readonly port: number;
  readonly settings: Partial<ServerSettings>;
  readonly newUuid: () => Uint8Array;
  readonly profile: HostProfile;
  /** Counts the datagrams that were another server's. */
  readonly forwarded: { count: number };
}

/** Any port may be free on UDP and taken on TCP: another one is tried this often. */
const ATTEMPTS = 8;

/** The endpoint mapper of a host, at the same port over UDP, where its Windows has datagram RPC, and TCP. */
export async function openMapper(options: OpenMapperOptions): Promise<RpcServer> {
  const { network, map, log, faults, address, newUuid } = options;
  const cursors = new ContextHandles<Cursor>(newUuid, 1_024);
  const mapper = await listen(options, (client) => cursors.rundown(client));
  const { maxPdu } = options.profile;
  return mapper.serve(
    mapperService({ clock: network.clock, log, faults, place: 'mapper', map, address, cursors, maxPdu }),
  );
}

async function listen(options: OpenMapperOptions, onRundown: (client: Uint8Array) => void): Promise<RpcServer> {
  const { network, streams, port, settings, newUuid, profile, address, faults, map, forwarded } = options;
  for (let attempt = 1; ; attempt++) {
    const at = { host: address, port };
    try {
      const mapper: RpcServer = await RpcServer.open({
        network,
        ...(streams && { streams }),
        local: profile.clusapi === 2 ? at : null,
        tcp: streams === null ? null : profile.clusapi === 2 ? 'same-port' : at,
        settings,
        newUuid,
        dialect: 'windows',
        onRundown,
        gate: (datagram, remote, pass) =>
          faults.onDatagram({ direction: 'out', place: 'mapper', datagram, remote }, pass),
        intercept: (datagram, remote) => {
          faults.onDatagram({ direction: 'in', place: 'mapper', datagram, remote }, () => {
            const target = forwardTarget(map, datagram);
            if (target !== null) forwarded.count += 1;
            (target ?? mapper).deliver(datagram, remote);
          });
          return true;
        },
      });
      return mapper;
    } catch (error) {
      if (port !== 0 || attempt === ATTEMPTS || !isAddressInUse(error)) throw error;
    }
  }
}
