import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from '../../../src/open/open-cluster.ts';
import { type BackendName, backend } from './backends.ts';
import { longestGap } from './gap.ts';
import { setDll } from './test-dll.ts';

const AT_ONCE = 200;
const LONGEST = 100;
/** Other programs of this machine can only make it slower, so the best of these counts. */
const ROUNDS = 8;

for (const name of ['native', 'ffi'] as const) {
  for (const { delay, pairs } of [
    { delay: 0, pairs: 1_000 },
    { delay: 5, pairs: 600 },
    { delay: 50, pairs: 200 },
  ]) {
    test(`${name}: 200 opens at once, of ${delay} ms each, hold up the event loop for less than 100 ms`, async () => {
      setDll(delay === 0 ? {} : { OPEN_DELAY: delay });
      await openAndClose(name, AT_ONCE);
      const gaps: number[] = [];
      while (gaps.length < ROUNDS && Math.min(...gaps) >= LONGEST)
        gaps.push(await longestGap(() => openAndClose(name, pairs)));
      assert.ok(Math.min(...gaps) < LONGEST, `still for ${gaps} ms`);
    });
  }
}

test('native: answers that wait together come in several turns of the event loop', async () => {
  setDll({ CALL_DELAY: 100 });
  const most = mostInATurn('native', () => {});
  // All are there before the first one can be taken.
  spin(2_000);
  assert.ok((await most) <= 32, `${await most} in one turn`);
});

test('koffi: threads that answer faster than the answers are used do not keep the event loop', async () => {
  setDll();
  await backend('koffi').nodeClusterState(null);
  const most = await mostInATurn('koffi', () => spin(20));
  assert.ok(most <= 8, `${most} in one turn`);
});

/** Of a hundred calls at once: how many were answered in one turn of the event loop, where each answer is used so. */
async function mostInATurn(name: BackendName, use: () => void): Promise<number> {
  let [turn, most] = [0, 0];
  let left = 100;
  const ask = async (): Promise<void> => {
    await backend(name).nodeClusterState(null);
    most = Math.max(most, ++turn);
    left--;
    use();
  };
  const nextTurn = (): void => {
    turn = 0;
    if (left > 0) setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  await Promise.all(Array.from({ length: left }, ask));
  return most;
}

function spin(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

async function openAndClose(name: 'native' | 'ffi', pairs: number): Promise<void> {
  let left = pairs;
  const options = { backend: name, timeout: 60_000, stageTimeout: 60_000, closeTimeout: 60_000 };
  const one = async (): Promise<void> => {
    while (left-- > 0) await (await openCluster('CLUSTER1', options)).close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
