import { sameUuid } from '../../src/bytes/uuid.ts';
import type { Reason, StageId } from '../../src/client/stages.ts';
import type { FaultRule } from '../../src/emulator/fault-rules.ts';
import { EmulatedHost, type EmulatedHostOptions } from '../../src/emulator/host.ts';
import { MGMT } from '../../src/interface/mgmt/index.ts';
import { decodeCl } from '../../src/pdu/cl/index.ts';
import type { StageStatus } from '../../src/probe/index.ts';
import { RpcServer } from '../../src/server/rpc-server.ts';
import { udpNetwork } from '../../src/transport/udp.ts';

/** A way to fail, how it is made, and what the probe has to call it. */
export interface FaultRow {
  readonly name: string;
  readonly start: () => Promise<Faulty>;
  readonly stoppedAt: StageId;
  readonly reason: Reason;
  readonly status: StageStatus;
  readonly exit: number;
  /** What the advice has to speak of. */
  readonly advice?: RegExp;
  /** Decided by waiting, so the stage is kept short. */
  readonly waits?: true;
}

export interface Faulty {
  readonly host: string;
  readonly mapperPort: number;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

export const FAULT_ROWS: readonly FaultRow[] = [
  {
    name: 'a host that is down, and ICMP says so',
    start: startNothing,
    ...fails('mapper-reachable', 'refused'),
    advice: /nothing listens/,
  },
  {
    name: 'a network that loses everything',
    start: () => startHost({ faults: 'drop=1' }),
    stoppedAt: 'mapper-reachable',
    reason: 'silent',
    status: 'unknown',
    exit: 3,
    advice: /down.*firewall that drops.*Windows Server 2008 or later.*no datagram RPC.*ping/,
    waits: true,
  },
  {
    name: 'something that is no RPC at the mapper’s port',
    start: startBabbler,
    ...fails('mapper-answers', 'faulted'),
    advice: /Something other than an endpoint mapper/,
    waits: true,
  },
  {
    name: 'an RPC server at the mapper’s port that drops ept_map',
    start: startDevice,
    ...fails('mapper-answers', 'silent'),
    advice: /no endpoint mapper, or one that drops ept_map/,
    waits: true,
  },
  {
    name: 'a Cluster service that does not run',
    start: startWithoutCluster,
    ...fails('interface-registered', 'not-registered'),
    advice: /start the Cluster service/,
  },
  {
    name: 'callbacks that are blocked',
    start: () => startHost({ faults: 'callback-drop=1' }),
    ...fails('callback-path', 'silent'),
    advice: /allow UDP from the server/,
    waits: true,
  },
  {
    name: 'a server that wants NTLM',
    start: () => startHost({ requireAuth: true }),
    ...fails('authenticate', 'denied'),
    advice: /NTLM/,
  },
  operation('ept_map', 'mapper-answers'),
  operation('ApiGetClusterName', 'cluster-name'),
  operation('ApiOpenCluster', 'open-cluster'),
  operation('ApiCreateEnum', 'open-cluster'),
  operation('ApiGetClusterVersion2', 'cluster-version'),
  operation('ApiCloseCluster', 'close-cluster'),
  operation('ept_map', 'mapper-answers', { fault: 'nca_s_fault_unspec' }),
  operation('ApiGetClusterName', 'cluster-name', { fault: 'nca_s_fault_unspec' }),
  operation('ApiOpenCluster', 'open-cluster', { fault: 'nca_s_fault_remote_no_memory' }),
  operation('ApiGetClusterVersion2', 'cluster-version', { win32: 'ERROR_SHARING_PAUSED' }),
  operation('ApiCloseCluster', 'close-cluster', { win32: 'ERROR_INVALID_HANDLE' }),
];

function operation(
  on: string,
  stoppedAt: StageId,
  action: FaultRule['action'] = { reject: 'nca_s_server_too_busy' },
): FaultRow {
  const kind = Object.keys(action)[0] as 'reject' | 'fault' | 'win32';
  return {
    name: `${on} that answers with a ${kind}`,
    start: () => startHost({}, { on, action }),
    ...fails(stoppedAt, kind === 'reject' ? 'rejected' : 'faulted'),
  };
}

function fails(stoppedAt: StageId, reason: Reason) {
  return { stoppedAt, reason, status: 'fail', exit: 1 } as const;
}

export async function startHost(
  options: EmulatedHostOptions = {},
  ...rules: FaultRule[]
): Promise<Faulty & { host: string; emulated: EmulatedHost }> {
  const emulated = await EmulatedHost.start({ address: ADDRESS, ...options });
  for (const rule of rules) emulated.faults.add(rule);
  return { host: emulated.address, mapperPort: emulated.mapperPort, close: () => emulated.close(), emulated };
}

async function startWithoutCluster(): Promise<Faulty> {
  const faulty = await startHost();
  for (const node of ['NODE1', 'NODE2']) await faulty.emulated.nodeDown(node);
  return faulty;
}

async function startNothing(): Promise<Faulty> {
  const socket = await udpNetwork.bind({ host: ADDRESS, port: 0 }, () => {});
  await socket.close();
  return { host: ADDRESS, mapperPort: socket.local.port, close: () => Promise.resolve() };
}

/** Answers the management interface and nothing else, as devices do that serve datagram RPC of their own. */
export async function startDevice(): Promise<Faulty> {
  const server: RpcServer = await RpcServer.open({
    local: { host: ADDRESS, port: 0 },
    intercept: (datagram) => !sameUuid(decodeCl(datagram).header.interfaceId, MGMT.uuid),
  });
  return { host: ADDRESS, mapperPort: server.local.port, close: () => server.close() };
}

/** Answers whatever it is sent, as a name server or a game might. */
async function startBabbler(): Promise<Faulty> {
  const socket = await udpNetwork.bind({ host: ADDRESS, port: 0 }, (_, from) => {
    socket.send(new TextEncoder().encode('ERR unknown command'), from);
  });
  return { host: ADDRESS, mapperPort: socket.local.port, close: () => socket.close() };
}
