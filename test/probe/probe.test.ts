import { expect, test, vi } from 'vitest';
import { STAGES } from '../../src/client/stages.ts';
import type { ProbeResult } from '../../src/probe/index.ts';
import { outcomeOf } from '../../src/probe/outcome.ts';
import { probe, probeUntilAborted } from '../../src/probe/probe.ts';
import { udpNetwork } from '../../src/transport/udp.ts';
import { deafAt, freePorts, isCallback, listening, refusing } from './networks.ts';
import { startHost } from './rows.ts';

const ANSWERING = '127.0.0.3';

test('every stage of a sound cluster passes, and the document tells what it is', async () => {
  const { emulated, host, mapperPort, close } = await startHost({ hostProfile: 'windows-2000-sp3' });
  const { schema, results } = await probe(host, { endpointMapperPort: mapperPort });
  expect(schema).toBe('clusrpc/probe/1');
  const [result] = results as [ProbeResult];
  expect(result.stages.map(({ id }) => id)).toEqual(STAGES);
  expect(
    result.stages.every(
      ({ status, reason, advice }) => status === 'pass' && reason === undefined && advice === undefined,
    ),
  ).toBe(true);
  expect(result).toMatchObject({
    target: host,
    transport: 'udp',
    stoppedAt: null,
    cluster: {
      name: 'CLUSTER1',
      node: 'NODE1',
      version: { major: 5, minor: 0, build: 2195, servicePack: 'Service Pack 3' },
    },
    kb814622: { verdict: 'unknown', appliesTo: 'programs that run on NODE1' },
    localPorts: [],
  });
  expect(emulated.counters.handles).toBe(0);
  await close();
});

test('the cluster is asked what OpenCluster asks, once each', async () => {
  const { emulated, host, mapperPort, close } = await startHost();
  await probe(host, { endpointMapperPort: mapperPort });
  const operations = emulated.calls().map(({ operation }) => operation);
  expect(operations).toEqual([
    'ept_map',
    'ApiGetClusterName',
    'ApiOpenCluster',
    'ApiCreateEnum',
    'ApiGetClusterVersion2',
    'ApiCloseCluster',
  ]);
  await close();
});

test('an answer from another address is accepted and told', async () => {
  const { host, mapperPort, close } = await startHost({ replyFrom: ANSWERING });
  const { results } = await probe(host, { endpointMapperPort: mapperPort });
  await close();
  const [{ stoppedAt, stages }] = results as [ProbeResult];
  expect(stoppedAt).toBeNull();
  for (const id of ['endpoint-reachable', 'callback-path', 'open-cluster', 'close-cluster']) {
    const stage = stages.find((each) => each.id === id);
    expect(stage).toMatchObject({ status: 'pass', answeredFrom: { host: ANSWERING } });
    expect(stage?.detail).toContain(`the answer came from ${ANSWERING}, not from ${host}`);
  }
});

test('callbacks from another address whose answers are lost are a wrong source', async () => {
  const { host, mapperPort, close } = await startHost({ replyFrom: ANSWERING, network: deafAt(ANSWERING) });
  const { results } = await probe(host, { endpointMapperPort: mapperPort, stageTimeout: 2_500 });
  await close();
  const [{ stoppedAt, stages }] = results as [ProbeResult];
  expect(stoppedAt).toBe('callback-path');
  expect(stages.find(({ id }) => id === stoppedAt)).toMatchObject({
    status: 'fail',
    reason: 'wrong-source',
    answeredFrom: { host: ANSWERING },
    advice: expect.stringContaining('another address'),
  });
});

test('a given endpoint skips the mapper', async () => {
  const { emulated, host, close } = await startHost();
  const { results } = await probe(host, { endpoint: emulated.addresses.clusapiUdp as number });
  const [{ stoppedAt, stages }] = results as [ProbeResult];
  expect(stoppedAt).toBeNull();
  expect(stages.filter(({ status }) => status === 'skip').map(({ id }) => id)).toEqual([
    'mapper-reachable',
    'mapper-answers',
    'interface-registered',
  ]);
  expect(emulated.calls('ept_map')).toHaveLength(0);
  await close();
});

test('the RPC socket takes its port from the local range, the watch beside it too', async () => {
  const [first, second] = await freePorts(2);
  const seen = new Set<number>();
  const { host, mapperPort, close } = await startHost({ network: listening((port) => seen.add(port)) });
  const { results } = await probe(host, { endpointMapperPort: mapperPort, localPorts: `${first},${second}` });
  await close();
  expect(results[0]?.stoppedAt).toBeNull();
  expect([...seen].sort((a, b) => a - b)).toEqual([first, second]);
});

test('a local range without a free port fails where the first socket is needed, with the reason', async () => {
  const taken = await udpNetwork.bind({ host: '127.0.0.1', port: 0 }, () => {});
  const { host, mapperPort, close } = await startHost();
  const { results } = await probe(host, { endpointMapperPort: mapperPort, localPorts: String(taken.local.port) });
  await Promise.all([close(), taken.close()]);
  expect(results[0]).toMatchObject({ stoppedAt: 'mapper-reachable' });
  expect(results[0]?.stages[1]?.detail).toContain('it is in use');
});

test('each local port is tried on its own, and those that a firewall closes are listed', async () => {
  const [open, blocked, deaf] = (await freePorts(3)) as [number, number, number];
  const taken = await udpNetwork.bind({ host: '127.0.0.1', port: 0 }, () => {});
  const network = refusing((port, datagram) => port === blocked || (port === deaf && isCallback(datagram)));
  const { host, mapperPort, close } = await startHost({ network });
  const { results } = await probe(host, {
    endpointMapperPort: mapperPort,
    localPorts: [open, blocked, deaf, taken.local.port].join(','),
    eachPort: true,
    stageTimeout: 600,
  });
  await Promise.all([close(), taken.close()]);
  const [result] = results as [ProbeResult];
  expect(result.stoppedAt).toBeNull();
  expect(Object.fromEntries(result.localPorts.map(({ port, reason }) => [port, reason]))).toEqual({
    [blocked]: 'silent',
    [deaf]: 'silent',
    [taken.local.port]: 'in-use',
  });
  expect(outcomeOf(result)).toBe('not-fine');
});

test('several targets keep their order, and one that fails does not stop the others', async () => {
  const { host, mapperPort, close } = await startHost();
  const names = [host, '127.0.0.5', 'localhost'];
  const { results } = await probe(names, { endpointMapperPort: mapperPort, concurrency: 2, family: 4 });
  await close();
  expect(results.map(({ target, stoppedAt }) => [target, stoppedAt])).toEqual([
    [host, null],
    ['127.0.0.5', 'mapper-reachable'],
    ['localhost', null],
  ]);
});

test('cycles follow each other, numbered', async () => {
  const { emulated, host, mapperPort, close } = await startHost();
  const { results } = await probe(host, { endpointMapperPort: mapperPort, cycles: 3 });
  expect(results.map(({ cycle, stoppedAt }) => [cycle, stoppedAt])).toEqual([
    [1, null],
    [2, null],
    [3, null],
  ]);
  expect(emulated.calls('ApiOpenCluster')).toHaveLength(3);
  await close();
});

test('a name without an address of the family that is asked for stops at resolve', async () => {
  const { results } = await probe('127.0.0.1', { family: 6 });
  expect(results[0]).toMatchObject({ stoppedAt: 'resolve', cluster: null, kb814622: null });
  expect(results[0]?.stages[0]).toMatchObject({ status: 'fail', reason: 'no-name' });
});

test('a name that cannot be one stops at resolve', async () => {
  const { results } = await probe('a..b');
  expect(results[0]?.stages[0]).toMatchObject({
    status: 'fail',
    reason: 'no-name',
    advice: expect.stringContaining('CLUSRPC_HOSTS'),
  });
});

test('over IPv6 the same stages pass', async () => {
  const { mapperPort, close } = await startHost({ address: '::1' });
  const { results } = await probe('::1', { endpointMapperPort: mapperPort, family: 6 });
  await close();
  expect(results[0]).toMatchObject({ stoppedAt: null });
});

test('progress tells each stage when it is decided', async () => {
  const { host, mapperPort, close } = await startHost();
  const told: string[] = [];
  await probe(host, {
    endpointMapperPort: mapperPort,
    onStage: ({ id }, { target, cycle }) => told.push(`${target} ${cycle} ${id}`),
  });
  await close();
  expect(told).toEqual(STAGES.map((id) => `${host} 1 ${id}`));
});

test('an abort in the middle closes the handle, keeps what was found, and leaves the stage undecided', async () => {
  const { emulated, host, mapperPort, close } = await startHost({}, { on: 'ApiGetClusterVersion2', action: 'drop' });
  const controller = new AbortController();
  const { results } = await probeUntilAborted([host, '127.0.0.5'], {
    endpointMapperPort: mapperPort,
    concurrency: 1,
    signal: controller.signal,
    onStage: ({ id }) => {
      if (id === 'open-cluster') setTimeout(() => controller.abort(), 20);
    },
  });
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ stoppedAt: 'cluster-version', cluster: { name: 'CLUSTER1', version: null } });
  expect(results[0]?.stages.find(({ id }) => id === 'cluster-version')).toMatchObject({
    status: 'unknown',
    detail: 'interrupted',
  });
  expect(emulated.calls('ApiCloseCluster')).toHaveLength(1);
  await close();
});

test('an aborted probe rejects with the reason of its signal', async () => {
  const { host, mapperPort, close } = await startHost({ faults: 'drop=1' });
  const controller = new AbortController();
  const reason = new Error('enough');
  const probing = probe(host, { endpointMapperPort: mapperPort, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 30);
  await expect(probing).rejects.toBe(reason);
  await expect(probe(host, { signal: controller.signal })).rejects.toBe(reason);
  await close();
});

test('no socket is left, whatever the end', async () => {
  const before = sockets();
  for (const rule of [
    { on: 'callback', action: 'drop' },
    { on: 'ApiOpenCluster', action: { win32: 5 } },
    { on: 'mapper', action: 'drop' },
  ] as const) {
    const { host, mapperPort, close } = await startHost({}, rule);
    await probe(host, { endpointMapperPort: mapperPort, stageTimeout: 150 });
    await close();
  }
  // The system takes a closed socket off its list a little later.
  await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(before));
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'UDPWRAP' || resource === 'UDPWrap').length;
}
