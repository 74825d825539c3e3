import { expect, test } from 'vitest';
import { CLUSAPI_V2 } from '../../src/interface/clusapi/index.ts';
import { type ProbeResult, probe } from '../../src/probe/index.ts';
import { outcomeOf } from '../../src/probe/outcome.ts';
import { probeSchema } from '../../src/report/schema/index.ts';
import { RpcServer } from '../../src/rpc.ts';
import { FAULT_ROWS, startHost } from './rows.ts';

const EXITS = { fine: 0, 'not-fine': 1, unknown: 3 } as const;
/** Beyond the time of every stage together: what is decided is decided by a stage. */
const TIMEOUT = 30_000;

test.each(FAULT_ROWS)('$name: stopped at $stoppedAt, $reason', async (row) => {
  const faulty = await row.start();
  try {
    const document = await probe(faulty.host, {
      endpointMapperPort: faulty.mapperPort,
      timeout: TIMEOUT,
      stageTimeout: row.waits ? 500 : 4_000,
    });
    expect(probeSchema.parse(document)).toEqual(document);
    const [result] = document.results as [ProbeResult];
    expect(result.stoppedAt).toBe(row.stoppedAt);
    const stopped = stageOf(result, row.stoppedAt);
    expect(stopped).toMatchObject({ reason: row.reason, status: row.status });
    if (row.advice !== undefined) expect(stopped.advice).toMatch(row.advice);
    expect(EXITS[outcomeOf(result)]).toBe(row.exit);
    const at = result.stages.indexOf(stopped);
    expect(result.stages.slice(0, at).every(({ status }) => status === 'pass' || status === 'skip')).toBe(true);
    expect(result.stages.slice(at + 1).every(({ status }) => status === 'skip')).toBe(true);
  } finally {
    await faulty.close();
  }
});

test('silence says what was sent, how often, and both limits', async () => {
  const result = await probed({ faults: 'drop=1' }, { stageTimeout: 400, timeout: 2_500 });
  const { detail } = stageOf(result, 'mapper-reachable');
  expect(detail).toMatch(/sent [234] requests, heard nothing/);
  expect(detail).toContain('limits: 400 ms for a stage, 2500 ms for the target');
});

test('blocked callbacks show that the server has said working', async () => {
  const { stages } = await probed({ faults: 'callback-drop=1' }, { stageTimeout: 500 });
  expect(stages.find(({ id }) => id === 'callback-path')?.detail).toMatch(/heard working \d times?; limits/);
});

test('a rejected callback names the status', async () => {
  const settings = { callbackGiveUpAfter: 200 };
  const result = await probed({ faults: 'callback-drop=1', settings });
  expect(stageOf(result, 'callback-path')).toMatchObject({
    reason: 'silent',
    error: { code: 'RPC_S_CALL_FAILED', wire: { code: 0x1c00000b, symbol: 'nca_s_who_are_you_failed' } },
  });
});

test('the whole of a target ends at its timeout, however many stages are slow', async () => {
  const result = await probed({ faults: 'delay=120ms' }, { timeout: 400, stageTimeout: 350 });
  expect(result.stoppedAt).not.toBeNull();
  expect(result.stages.find(({ id }) => id === result.stoppedAt)?.detail).toContain('400 ms for the target');
});

test('a server that is slow within the limits passes every stage', async () => {
  const result = await probed({ faults: 'delay=40ms' });
  expect(result.stoppedAt).toBeNull();
  expect(result.stages.every(({ status }) => status === 'pass')).toBe(true);
});

test('losses that repetition mends pass every stage', async () => {
  const faulty = await startHost(
    {},
    { on: 'request', nth: 2, times: 2, action: 'drop' },
    { on: 'response', nth: 4, action: 'drop' },
  );
  const result = await probeOne(faulty, { stageTimeout: 2_000 });
  expect(result.stoppedAt).toBeNull();
});

test('a server that is at work for too long is a timeout, not silence', async () => {
  const faulty = await startHost({});
  const busy = await RpcServer.open();
  const { uuid, version } = CLUSAPI_V2;
  busy.serve({ uuid, version, operations: [undefined, undefined, undefined, () => new Promise(() => {})] });
  const result = await probeOne(faulty, { endpoint: busy.local.port, stageTimeout: 400 });
  await busy.close();
  expect(stageOf(result, 'cluster-name')).toMatchObject({ status: 'fail', reason: 'timeout' });
  expect(result.stages.find(({ id }) => id === 'authenticate')?.status).toBe('skip');
});

test('a server without ClusAPI at the given endpoint rejects the first call', async () => {
  const server = await RpcServer.open();
  const { results } = await probe('127.0.0.1', { endpoint: server.local.port });
  await server.close();
  const [result] = results as [ProbeResult];
  expect(result.stages.map(({ status }) => status).slice(0, 8)).toEqual([
    'pass',
    'skip',
    'skip',
    'skip',
    'pass',
    'skip',
    'pass',
    'fail',
  ]);
  expect(stageOf(result, 'cluster-name')).toMatchObject({
    reason: 'rejected',
    advice: expect.stringContaining('let the mapper tell'),
  });
});

test('an RPC server that is no mapper is named as that', async () => {
  const server = await RpcServer.open();
  const { results } = await probe('127.0.0.1', { endpointMapperPort: server.local.port });
  await server.close();
  const stopped = stageOf(results[0] as ProbeResult, 'mapper-answers');
  expect(stopped).toMatchObject({
    status: 'fail',
    reason: 'faulted',
    detail: expect.stringContaining('no endpoint mapper'),
  });
});

test('a given endpoint that is closed is refused, one that is silent cannot be decided', async () => {
  const faulty = await startHost({ faults: 'drop=1' });
  const port = faulty.emulated.addresses.clusapiUdp as number;
  const silent = await probe('127.0.0.1', { endpoint: port, stageTimeout: 300 });
  await faulty.close();
  expect(stageOf(silent.results[0] as ProbeResult, 'endpoint-reachable')).toMatchObject({
    status: 'unknown',
    reason: 'silent',
    advice: expect.stringContaining('no datagram RPC'),
  });
  const closed = await probe('127.0.0.1', { endpoint: port });
  expect(stageOf(closed.results[0] as ProbeResult, 'endpoint-reachable')).toMatchObject({
    status: 'fail',
    reason: 'refused',
  });
});

test('a handle is closed even when a later stage fails', async () => {
  const faulty = await startHost({}, { on: 'ApiGetClusterVersion2', action: { fault: 'nca_s_fault_unspec' } });
  await probe(faulty.host, { endpointMapperPort: faulty.mapperPort });
  expect(faulty.emulated.calls('ApiCloseCluster')).toHaveLength(1);
  expect(faulty.emulated.counters.handles).toBe(0);
  await faulty.close();
});

type ProbeOptions = NonNullable<Parameters<typeof probe>[1]>;

async function probed(host: Parameters<typeof startHost>[0], options: ProbeOptions = {}): Promise<ProbeResult> {
  return probeOne(await startHost(host), options);
}

async function probeOne(faulty: Awaited<ReturnType<typeof startHost>>, options: ProbeOptions): Promise<ProbeResult> {
  try {
    const { results } = await probe(faulty.host, { endpointMapperPort: faulty.mapperPort, ...options });
    return results[0] as ProbeResult;
  } finally {
    await faulty.close();
  }
}

function stageOf({ stages, stoppedAt }: ProbeResult, id: string) {
  expect(stoppedAt).toBe(id);
  const stage = stages.find((each) => each.id === id);
  if (stage === undefined) throw new Error(`no stage ${id}`);
  return stage;
}
