import { expect, test } from 'vitest';
import { RpcClient } from '../../src/client/rpc-client.ts';
import { ClientMachine } from '../../src/emulator/client-machine.ts';
import { EmulatedHost } from '../../src/emulator/host.ts';
import { claimLoopbackPair } from '../../src/emulator/loopback.ts';
import type { InjectedFailure } from '../../src/emulator/open-failures.ts';
import { openWire } from '../../src/open/wire.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { checkInvariants } from '../ports/check-invariants.ts';
import { boundPorts, udpSocketsOfThisProcess } from './udp-ports.ts';

test('the ports that the operating system shows are those of the lease table, at every step', async () => {
  const pair = await claimLoopbackPair();
  const host = await EmulatedHost.start({ address: pair.host });
  const settings = { giveUpAfter: 150 };
  const machine = new ClientMachine({
    address: pair.client,
    ports: '5000-5011',
    recycleAfter: 60,
    hosts: [host],
    settings,
    profile: 'windows-2000-sp3',
  });
  const step = () => {
    expect(checkInvariants(machine.broker)).toEqual([]);
    const leased = [...machine.broker.leases()].filter(({ state }) => state === 'in-use' || state === 'closing');
    expect(boundPorts(pair.client)).toEqual(leased.map(({ port }) => port).sort((a, b) => a - b));
  };
  const program = machine.startProcess('program');
  const held: { close(): Promise<unknown> }[] = [];
  const kinds: readonly (InjectedFailure | null)[] = [
    null,
    null,
    'no-memory',
    null,
    'reject',
    null,
    null,
    'no-answer',
    null,
  ];
  const seen = new Set<string>();
  for (const fail of [...kinds, null, null, null, null]) {
    const opened = await program.open('CLUSTER1', {}, { fail }).catch(() => null);
    step();
    if (opened !== null) held.push(opened);
    if (held.length > 1) await held.shift()?.close();
    step();
    for (const { state } of machine.broker.leases()) seen.add(state);
  }
  await until(() => machine.snapshot().closing === 0);
  step();
  for (const { state } of machine.broker.leases()) seen.add(state);
  expect([...seen].sort()).toEqual(['closing', 'in-use', 'leaked', 'recycled']);
  await machine.close();
  step();
  expect(boundPorts(pair.client)).toEqual([]);
  await host.close();
  await pair.release();
});

test('a port that another program has is skipped on real sockets too', async () => {
  const pair = await claimLoopbackPair();
  const host = await EmulatedHost.start({ address: pair.host });
  const stranger = await RpcClient.open({ localAddress: pair.client, localPorts: [5000] });
  const machine = new ClientMachine({ address: pair.client, ports: '5000-5001', hosts: [host] });
  const program = machine.startProcess('program');
  await program.open('CLUSTER1');
  expect(program.boundPorts).toEqual([5001]);
  expect(program.runtime.counters()).toMatchObject({ skips: 1, skipped: 1 });
  await Promise.all([machine.close(), host.close(), stranger.close(), pair.release()]);
});

test('10 000 opens over the wire, with failures of every kind among them, leave no socket behind', async () => {
  const pair = await claimLoopbackPair();
  const before = udpSocketsOfThisProcess();
  const host = await EmulatedHost.start({ address: pair.host, faults: { reject: 0.01, 'no-memory': 0.01 } });
  host.faults.add({ on: 'ApiGetClusterVersion2', nth: 100, times: 5, action: { win32: 'ERROR_ACCESS_DENIED' } });
  const random = seededRandom(1);
  const codes = new Map<string, number>();
  const one = async () => {
    // Most are lucky; of the others some lose every datagram of one step, some run out of time at once.
    const fate = random();
    const undo =
      fate < 0.002
        ? host.faults.add({ on: FATES[Math.floor(random() * FATES.length)] as string, action: 'drop', times: 8 })
        : () => {};
    const stageTimeout = fate < 0.002 ? 50 : 4_000;
    const controller = new AbortController();
    if (fate > 0.99) setImmediate(() => controller.abort(new Error('aborted')));
    try {
      const session = await openWire(pair.host, {
        endpointMapperPort: host.mapperPort,
        localAddress: pair.client,
        stageTimeout,
        signal: controller.signal,
      });
      count('open');
      await session.close({ timeout: 100 });
    } catch (error) {
      count((error as { code?: string }).code ?? 'aborted');
    } finally {
      undo();
    }
  };
  const count = (what: string) => codes.set(what, (codes.get(what) ?? 0) + 1);
  let left = 10_000;
  const worker = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  expect([...codes.values()].reduce((sum, each) => sum + each, 0)).toBe(10_000);
  expect([...codes.keys()]).toEqual(
    expect.arrayContaining([
      'open',
      'aborted',
      'ERR_CLUSRPC_TIMEOUT',
      'RPC_S_SERVER_TOO_BUSY',
      'ERROR_ACCESS_DENIED',
      'ERROR_NOT_ENOUGH_SERVER_MEMORY',
    ]),
  );
  await host.close();
  expect(udpSocketsOfThisProcess()).toEqual(before);
  await pair.release();
}, 180_000);

const FATES = ['mapper', 'callback', 'request', 'response', 'ApiOpenCluster', 'ApiCloseCluster'];

/** Real timers: there is nothing to await but time itself. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
