import { expect, test } from 'vitest';
import { parseFaultRates } from '../../src/emulator/fault-rates.ts';
import { Faults } from '../../src/emulator/faults.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';
import { rejection, virtualHost } from './kit.ts';

const CLOSED = { stageTimeout: 40_000 };

test('lost answers of the mapper are silence at stage mapper-reachable', async () => {
  const { open, host } = await virtualHost();
  host.faults.add({ on: 'mapper', action: 'drop' });
  await expect(open()).rejects.toMatchObject({ stage: 'mapper-reachable', code: 'RPC_S_SERVER_UNAVAILABLE' });
  expect(host.calls()).toHaveLength(0);
});

test('a lost response is asked for again, and the operation is executed once', async () => {
  const { open, host } = await virtualHost();
  host.faults.add({ on: 'response', nth: 2, action: 'drop' });
  await open();
  expect(host.calls('ApiGetClusterName')).toHaveLength(1);
  expect(host.counters.duplicates).toBe(1);
});

test('a callback that is lost once costs time and nothing else', async () => {
  const { open, host, clock } = await virtualHost();
  host.faults.add({ on: 'callback', action: 'drop', times: 1 });
  const before = clock.now();
  await open();
  expect(clock.now() - before).toBeGreaterThan(900);
  expect(host.counters.faults).toBe(1);
});

test('blocked callbacks end the open at stage callback-path', async () => {
  const { open, host } = await virtualHost({ faults: 'callback-drop=1' });
  const error = await rejection(open({}, CLOSED));
  expect(error).toMatchObject({ stage: 'callback-path', status: 0x1c00000b });
  expect(host.counters.callbacksFailed).toBe(1);
  expect(host.calls('ApiGetClusterName')).toHaveLength(0);
});

test('an operation can be rejected, made to fault, or answer with a Win32 number', async () => {
  const { open, host } = await virtualHost();
  const once = (action: Parameters<typeof host.faults.add>[0]['action']) =>
    host.faults.add({ on: 'apiopencluster', times: 1, action });
  once({ reject: 'nca_s_server_too_busy' });
  await expect(open()).rejects.toMatchObject({
    name: 'RejectError',
    code: 'RPC_S_SERVER_TOO_BUSY',
    stage: 'open-cluster',
  });
  once({ fault: 0x1c00001b });
  await expect(open()).rejects.toMatchObject({ name: 'FaultError', status: 0x1c00001b });
  once({ win32: 'error_access_denied' });
  await expect(open()).rejects.toMatchObject({ name: 'Win32Error', code: 'ERROR_ACCESS_DENIED' });
  expect((await open()).name).toBe('CLUSTER1');
  expect(host.calls('ApiOpenCluster').map(({ result }) => `${result.kind} ${result.status}`)).toEqual([
    `reject ${0x1c010014}`,
    `fault ${0x1c00001b}`,
    'response 5',
    'response 0',
  ]);
});

test('the third open fails, once', async () => {
  const { open, host } = await virtualHost();
  host.faults.add({ on: 'ApiOpenCluster', nth: 3, action: { win32: 'ERROR_ACCESS_DENIED' } });
  const outcomes: string[] = [];
  for (let i = 0; i < 5; i++) {
    outcomes.push(
      await open().then(
        () => 'open',
        (error: { code: string }) => error.code,
      ),
    );
  }
  expect(outcomes).toEqual(['open', 'open', 'ERROR_ACCESS_DENIED', 'open', 'open']);
});

test('each operation answers with a status that it is told to answer with', async () => {
  const { open, host, time } = await virtualHost();
  for (const on of ['ept_map', 'ApiGetClusterName', 'ApiCreateEnum', 'ApiGetClusterVersion2']) {
    host.faults.add({ on, times: 1, action: { win32: 8 } });
    await expect(open(), on).rejects.toMatchObject({ errno: 8 });
  }
  const cluster = await open();
  host.faults.add({ on: 'ApiCloseCluster', times: 1, action: { win32: 6 } });
  expect(await time.run(() => cluster.close())).toMatchObject({ code: 'ERROR_INVALID_HANDLE' });
});

test('a request that is doubled is executed once', async () => {
  const { open, host } = await virtualHost();
  host.faults.add({ on: 'ApiOpenCluster', action: { duplicate: 3 } });
  await open();
  expect(host.calls('ApiOpenCluster')).toHaveLength(1);
  expect(host.counters.duplicates).toBe(3);
});

test('a delay holds a request back and loses nothing', async () => {
  const { open, host, clock } = await virtualHost();
  host.faults.add({ on: 'ApiCreateEnum', action: { delay: '700ms' } });
  const before = clock.now();
  await open();
  expect(clock.now() - before).toBeGreaterThan(700);
  expect(host.calls('ApiCreateEnum')).toHaveLength(1);
});

test('a rule that was taken back does nothing', async () => {
  const { open, host } = await virtualHost();
  const undo = host.faults.add({ on: 'request', action: { reject: 1723 } });
  await expect(open()).rejects.toMatchObject({ errno: 1723 });
  undo();
  expect((await open()).node).toBe('NODE1');
});

test('random loss, doubling, reordering and delay are survived, and the same seed gives the same run', async () => {
  const run = async (seed: number) => {
    const { open, host, clock, time } = await virtualHost({
      seed,
      faults: 'drop=0.2,duplicate=0.3,reorder=0.3,delay=20ms',
    });
    for (let i = 0; i < 20; i++) {
      const cluster = await open();
      await time.run(() => cluster.close());
    }
    const executed = host.calls('ApiOpenCluster').length;
    return { executed, faults: host.counters.faults, end: clock.now() };
  };
  const first = await run(7);
  expect(first.executed).toBe(20);
  expect(first.faults).toBeGreaterThan(50);
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
});

test('random rejects and exhausted memory reach the caller', async () => {
  const { open } = await virtualHost({ faults: 'reject=0.1,no-memory=0.1', seed: 3 });
  const codes = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await open().catch((error: { code: string }) => codes.add(error.code));
  }
  expect([...codes].sort()).toEqual(['ERROR_NOT_ENOUGH_SERVER_MEMORY', 'RPC_S_SERVER_TOO_BUSY']);
});

test('the option of the command line is read, with or without values', () => {
  expect(parseFaultRates('drop=0.1,delay=20ms,reject=0.01,no-memory=0.01,reorder,duplicate,callback-drop=1')).toEqual({
    drop: 0.1,
    delay: 20,
    reject: 0.01,
    'no-memory': 0.01,
    reorder: 0.1,
    duplicate: 0.1,
    'callback-drop': 1,
  });
});

test.each([
  ['loss=0.1', 'drop, delay, reject, no-memory, reorder, duplicate, callback-drop'],
  ['drop', 'drop=0.1'],
  ['drop=2', 'from 0 to 1'],
  ['drop=often', 'from 0 to 1'],
  ['delay=20', 'not a duration'],
  ['drop=0.1,drop=0.2', 'twice'],
  ['toString=1', 'unknown fault'],
])('%s is no fault, and the error says why', (text, why) => {
  expect(() => parseFaultRates(text)).toThrow(why);
});

test('a rule that cannot be is refused with what is known', () => {
  const faults = new Faults({ clock: new VirtualClock(), random: seededRandom(1) });
  const add = (rule: unknown) => () => faults.add(rule as Parameters<typeof faults.add>[0]);
  expect(add({ on: 'ApiOpenClusters', action: 'drop' })).toThrow('callback, mapper, request, response, ApiOpenCluster');
  expect(add({ on: 'callback', action: { win32: 5 } })).toThrow('dropped, delayed or duplicated');
  expect(add({ on: 'request', action: 'explode' })).toThrow("'drop', {delay}");
  expect(add({ on: 'request', action: null })).toThrow("'drop', {delay}");
  expect(add({ on: 'request', nth: 0, action: 'drop' })).toThrow('nth');
  expect(add({ on: 'ApiOpenCluster', action: { win32: 'ERROR_NONSENSE' } })).toThrow('ERROR_NONSENSE');
});
