import { describe, expect, test } from 'vitest';
import { HandleCache, type HandleCacheOptions } from '../../src/cure/handle-cache.ts';
import { openCluster } from '../../src/open/open-cluster.ts';
import { RejectError } from '../../src/status/errors.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
import { startEmulator } from '../../src/testing.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

class Handle {
  closed = 0;
  works = true;
  async close(): Promise<void> {
    this.closed += 1;
  }
}

/** A cache on a clock of its own, with every handle that it opened. */
function scene(options: Partial<HandleCacheOptions<Handle>> = {}) {
  const clock = new VirtualClock(0);
  const handles: Handle[] = [];
  const failures: unknown[] = [];
  const open = async () => {
    await Promise.resolve();
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    const handle = new Handle();
    handles.push(handle);
    return handle;
  };
  const cache = new HandleCache<Handle>({ open, clock, ...options });
  return { cache, clock, handles, failures };
}

const settled = () => new Promise(setImmediate);
const RPC_FAILURE = new RejectError('too busy', 0x1c010014);

describe('one handle a cluster', () => {
  test('however many want it at once, there is one open', async () => {
    const { cache, handles } = scene();
    const got = await Promise.all(Array.from({ length: 64 }, () => cache.use('CLUSTER1', (handle) => handle)));
    expect(new Set(got).size).toBe(1);
    expect(handles).toHaveLength(1);
    expect(cache.counters()).toEqual({ handles: 1, users: 0, opens: 1, failedOpens: 0 });
  });

  test('names in any case are one cluster, other names are others', async () => {
    const { cache, handles } = scene();
    await cache.use('CLUSTER1', () => {});
    await cache.use('cluster1', () => {});
    await cache.use('CLUSTER2', () => {});
    expect(handles).toHaveLength(2);
  });

  test('it is closed when nobody has used it for a while, and not while somebody does', async () => {
    const { cache, clock, handles } = scene({ idleMs: 1_000 });
    const lease = await cache.acquire('CLUSTER1');
    clock.runUntil(5_000);
    expect(handles[0]?.closed).toBe(0);
    lease.release();
    clock.runUntil(5_999);
    expect(handles[0]?.closed).toBe(0);
    clock.runUntil(6_000);
    expect(handles[0]?.closed).toBe(1);
    await settled();
    expect(cache.counters().handles).toBe(0);
    await cache.use('CLUSTER1', () => {});
    expect(handles).toHaveLength(2);
  });
});

describe('failures', () => {
  test('a broken handle is closed when its last user leaves it; who comes meanwhile gets a new one', async () => {
    const { cache, handles } = scene();
    const lease = await cache.acquire('CLUSTER1');
    await expect(cache.use('CLUSTER1', () => Promise.reject(RPC_FAILURE))).rejects.toBe(RPC_FAILURE);
    expect(handles[0]?.closed).toBe(0);
    await cache.use('CLUSTER1', (handle) => expect(handle).toBe(handles[1]));
    lease.release();
    expect(handles.map(({ closed }) => closed)).toEqual([1, 0]);
  });

  test.each([
    ['an error of the program itself', new RangeError('mine'), 1],
    ['a status of the Cluster service', new Win32Error(5, 'OpenGroup'), 1],
    ['a handle that the server does not know', new Win32Error(6, 'EnumerateNodes'), 2],
    ['RPC that fails', new Win32Error(1726, 'EnumerateNodes'), 2],
  ])('%s', async (_what, error, opens) => {
    const { cache, handles } = scene();
    await expect(cache.use('CLUSTER1', () => Promise.reject(error))).rejects.toBe(error);
    await cache.use('CLUSTER1', () => {});
    expect(handles).toHaveLength(opens);
  });

  test('opens are tried again with growing pauses, and those who wait learn of the last failure', async () => {
    const { cache, clock, failures, handles } = scene({ attempts: 3, backOffMs: 100 });
    failures.push(new Error('1'), new Error('2'), new Error('3'));
    const waiting = Promise.allSettled([1, 2, 3].map(() => cache.use('CLUSTER1', () => {})));
    for (const at of [100, 300]) {
      await settled();
      expect(clock.next()).toBe(at);
      clock.runUntil(at);
    }
    expect((await waiting).map((each) => each.status === 'rejected' && each.reason.message)).toEqual(['3', '3', '3']);
    const later = cache.use('CLUSTER1', (handle) => handle);
    await settled();
    expect(handles).toHaveLength(0);
    clock.runUntil(700);
    expect(await later).toBe(handles[0]);
    expect(cache.counters()).toMatchObject({ opens: 4, failedOpens: 3 });
  });

  test('a handle that has rested is asked before it is used, once for all who come', async () => {
    let asked = 0;
    const check = async (handle: Handle) => {
      asked += 1;
      if (!handle.works) throw new Error('gone');
    };
    const { cache, clock, handles } = scene({ check, checkAfterMs: 1_000, idleMs: 60_000 });
    await cache.use('CLUSTER1', () => {});
    await cache.use('CLUSTER1', () => {});
    expect(asked).toBe(0);
    clock.runUntil(2_000);
    await Promise.all([1, 2, 3].map(() => cache.use('CLUSTER1', () => {})));
    expect([asked, handles.length]).toEqual([1, 1]);
    clock.runUntil(4_000);
    (handles[0] as Handle).works = false;
    await Promise.all([1, 2, 3].map(() => cache.use('CLUSTER1', (handle) => expect(handle).toBe(handles[1]))));
    expect(handles.map(({ closed }) => closed)).toEqual([1, 0]);
  });
});

describe('ends', () => {
  test('who gives up waiting leaves the others alone; when nobody waits, the open is ended', async () => {
    let aborted = false;
    const open = (_name: string, { signal }: { signal: AbortSignal }) =>
      new Promise<Handle>((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        }),
      );
    const { cache } = scene({ open });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = cache.use('CLUSTER1', () => {}, { signal: one.signal });
    const second = cache.use('CLUSTER1', () => {}, { signal: two.signal });
    await settled();
    one.abort(new Error('one'));
    await expect(first).rejects.toThrow('one');
    expect(aborted).toBe(false);
    two.abort(new Error('two'));
    await expect(second).rejects.toThrow('two');
    expect(aborted).toBe(true);
  });

  test('close waits for users, closes every handle once, and lets nobody in', async () => {
    const { cache, handles } = scene();
    const lease = await cache.acquire('CLUSTER1');
    await cache.use('CLUSTER2', () => {});
    let closed = false;
    const closing = cache.close().then(() => {
      closed = true;
    });
    await settled();
    expect([closed, ...handles.map((handle) => handle.closed)]).toEqual([false, 0, 1]);
    await expect(cache.use('CLUSTER1', () => {})).rejects.toThrow('the handle cache is closed');
    lease.release();
    await closing;
    expect(handles.map((handle) => handle.closed)).toEqual([1, 1]);
    expect(() => lease.release()).toThrow('given back before');
  });

  test('clusters that nobody uses are forgotten, those that could not be opened too', async () => {
    const { cache, clock, failures } = scene({ attempts: 1, backOffMs: 10, mostBackOffMs: 100, idleMs: 10 });
    failures.push(new Error('down'));
    await expect(cache.use('CLUSTER1', () => {})).rejects.toThrow('down');
    await cache.use('CLUSTER2', () => {});
    clock.runUntil(1_000);
    await settled();
    clock.runUntil(2_000);
    expect(cache.counters()).toEqual({ handles: 0, users: 0, opens: 2, failedOpens: 1 });
  });
});

test('64 users, opens of which one in ten fails, handles that break: every call has one outcome, and no handle is left', async () => {
  const random = seededRandom(7);
  const open = new Set<Handle>();
  const clock = new VirtualClock(0);
  const cache = new HandleCache({
    clock,
    backOffMs: 1,
    mostBackOffMs: 8,
    idleMs: 50,
    open: async () => {
      await new Promise<void>((resolve) => clock.at(clock.now() + 3, resolve));
      if (random() < 0.1) throw RPC_FAILURE;
      const handle = new Handle();
      open.add(handle);
      const { close } = handle;
      handle.close = async () => {
        open.delete(handle);
        await close.call(handle);
      };
      return handle;
    },
  });
  const CALLS = 100_000;
  const executed = new Uint8Array(CALLS);
  const outcomes = new Uint8Array(CALLS);
  let next = 0;
  const user = async () => {
    for (let id = next++; id < CALLS; id = next++) {
      const work = async (handle: Handle) => {
        expect(handle.closed).toBe(0);
        executed[id] = (executed[id] ?? 0) + 1;
        await new Promise<void>((resolve) => clock.at(clock.now() + random() * 5, resolve));
        if (random() < 0.01) throw RPC_FAILURE;
      };
      const count = () => {
        outcomes[id] = (outcomes[id] ?? 0) + 1;
      };
      await cache.use(`CLUSTER${id % 3}`, work).then(count, count);
    }
  };
  const users = Promise.all(Array.from({ length: 64 }, user));
  let over = false;
  void users.then(() => {
    over = true;
  });
  while (!over) {
    clock.step();
    await settled();
  }
  expect(outcomes.every((times) => times === 1)).toBe(true);
  expect(executed.every((times) => times <= 1)).toBe(true);
  const { opens, failedOpens } = cache.counters();
  expect(opens).toBeLessThan(CALLS / 20);
  expect(failedOpens).toBeGreaterThan(opens / 20);
  await cache.close();
  expect(open.size).toBe(0);
});

test('with openCluster, on an emulated machine: a thousand uses take one port', async () => {
  await using emulator = await startEmulator({ client: { ports: '5000-5003' } });
  emulator.install();
  await using cache = new HandleCache({ open: openCluster, check: (cluster) => cluster.nodes() });
  for (let i = 0; i < 1_000; i++) expect(await cache.use('CLUSTER1', ({ name }) => name)).toBe('CLUSTER1');
  expect(emulator.ports.snapshot()).toEqual({ pool: 4, inUse: 1, closing: 0, recycled: 0, leaked: 0 });
});
