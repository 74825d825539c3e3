import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { boundedCall, type Settle } from '../../src/windows/bounded-call.ts';

interface Fake {
  readonly call: Parameters<typeof boundedCall<string>>[0];
  settle: Settle<string>;
  abandoned: number;
}

const LANE = { size: 2, busy: 2, queued: 1, abandoned: 0, oldest: { call: 'OpenCluster', subject: 'OLD', ms: 1234.5 } };

function fake(hadNotBegun: boolean): Fake {
  const made: Fake = {
    call: {
      name: 'OpenCluster',
      subject: 'CLUSTER1',
      begin: (settle) => {
        made.settle = settle;
        return () => {
          made.abandoned++;
          return hadNotBegun;
        };
      },
      lane: () => LANE,
    },
    settle: () => {},
    abandoned: 0,
  };
  return made;
}

describe('a bounded call', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('answers the value, and leaves neither timer nor listener behind', async () => {
    const { call, settle } = begun(fake(false), { timeout: 1_000, signal: new AbortController().signal });
    settle(0, 'OpenCluster', 'handle');
    expect(await call).toBe('handle');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a Win32 number becomes an error with code, errno and syscall', async () => {
    const { call, settle } = begun(fake(false));
    settle(1722, 'OpenCluster', '');
    await expect(call).rejects.toMatchObject({ code: 'RPC_S_SERVER_UNAVAILABLE', errno: 1722, syscall: 'OpenCluster' });
  });

  test('a call that did not return in time is given up with ERR_CLUSRPC_TIMEOUT', async () => {
    const made = fake(false);
    const { call } = begun(made, { timeout: 300 });
    const refused = expect(call).rejects.toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT', syscall: 'OpenCluster' });
    await vi.advanceTimersByTimeAsync(300);
    await refused;
    expect(made.abandoned).toBe(1);
  });

  test('a call that found no thread in time names the oldest call', async () => {
    const { call } = begun(fake(true), { timeout: 300 });
    const refused = expect(call).rejects.toMatchObject({
      code: 'ERR_CLUSRPC_NO_FREE_THREAD',
      message:
        'OpenCluster("CLUSTER1") found no free thread within 300 ms: 2 of 2 are inside calls, the oldest in OpenCluster("OLD") for 1235 ms',
    });
    await vi.advanceTimersByTimeAsync(300);
    await refused;
  });

  test('an abort rejects with its reason at once and gives the call up', async () => {
    const made = fake(false);
    const controller = new AbortController();
    const { call } = begun(made, { signal: controller.signal, timeout: 1_000 });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(made.abandoned).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    'a timeout of %s is refused before anything begins',
    async (timeout) => {
      const made = fake(false);
      const begin = vi.spyOn(made.call, 'begin');
      await expect(boundedCall(made.call, { timeout })).rejects.toMatchObject({ code: 'ERR_CLUSRPC_INVALID_OPTION' });
      expect(begin).not.toHaveBeenCalled();
    },
  );
});

function begun(made: Fake, options?: Parameters<typeof boundedCall>[1]) {
  const call = boundedCall(made.call, options);
  return { call, settle: made.settle };
}
