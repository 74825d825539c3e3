import assert from 'node:assert/strict';
import type { Backend } from '../../src/open/backend.ts';
import type { ClusterHandle } from '../../src/open/cluster-handle.ts';
import { type OpenClusterOptions, openCluster } from '../../src/open/open-cluster.ts';

/** A backend, and a cluster CLUSTER1 with the nodes NODE1 and NODE2 that it opens. */
export interface Subject {
  readonly backend: Backend;
  /** What `openCluster` is told to find the cluster. */
  readonly target: string;
  readonly options?: OpenClusterOptions;
  /** From now on opens are denied (ERROR_ACCESS_DENIED), or get no answer; undone by the function that they return. */
  refuse(): () => void;
  hang(): () => void;
}

export interface Promised {
  readonly name: string;
  check(subject: Subject): Promise<void>;
}

/** What `openCluster` promises of every backend; free of any test runner, since two of them run in node.exe of Windows. */
export const CONTRACT: readonly Promised[] = [
  {
    name: 'an open cluster tells its name, its version, its nodes and who serves it',
    check: async (subject) => {
      const cluster = await open(subject);
      assert.equal(cluster.name, 'CLUSTER1');
      assert.equal(cluster.backend, subject.backend);
      assert.deepEqual(
        [cluster.version.major, cluster.version.minor, cluster.version.build, cluster.version.servicePack],
        [5, 0, 2195, 'Service Pack 3'],
      );
      assert.deepEqual(await cluster.nodes(), ['NODE1', 'NODE2']);
      await cluster.close();
    },
  },
  {
    name: 'callers of close share it, before and afterwards; questions are misuse then',
    check: async (subject) => {
      const cluster = await open(subject);
      await Promise.all([cluster.close(), cluster.close(), cluster[Symbol.asyncDispose]()]);
      await cluster.close();
      await assert.rejects(cluster.nodes(), { name: 'LocalMisuseError' });
    },
  },
  {
    name: 'a question that a backend cannot ask says so, and none is left unanswered',
    check: async (subject) => {
      const cluster = await open(subject);
      for (const ask of [cluster.groups, cluster.resources, cluster.networks, cluster.inventory]) {
        await ask().catch((error: { code: string }) => assert.equal(error.code, 'ERR_CLUSRPC_UNAVAILABLE_BACKEND'));
      }
      await cluster.close();
    },
  },
  {
    name: 'a cluster that denies is a Win32 error with code, errno and stage',
    check: async (subject) => {
      const heal = subject.refuse();
      await assert.rejects(open(subject), { code: 'ERROR_ACCESS_DENIED', errno: 5, stage: 'open-cluster' });
      heal();
      await (await open(subject)).close();
    },
  },
  {
    name: 'an abort rejects with the reason of its signal, before the open and while it waits',
    check: async (subject) => {
      const reason = new Error('enough');
      await assert.rejects(open(subject, { signal: AbortSignal.abort(reason) }), reason);
      const heal = subject.hang();
      const controller = new AbortController();
      const opening = open(subject, { signal: controller.signal, timeout: 60_000, stageTimeout: 60_000 });
      controller.abort(reason);
      await assert.rejects(opening, reason);
      heal();
    },
  },
  {
    name: 'an open without an answer ends within its time, with an error that has a code and an advice or a stage',
    check: async (subject) => {
      const heal = subject.hang();
      await assert.rejects(open(subject, { timeout: 300 }), (error: { code: string; stage?: string }) => {
        assert.match(error.code, /^ERR_CLUSRPC_(TIMEOUT|NO_FREE_THREAD)$/);
        assert.equal(typeof error.stage, 'string');
        return true;
      });
      heal();
    },
  },
  {
    name: 'a signal serves many opens without a warning, and nothing is left on it',
    check: async (subject) => {
      const warnings: Error[] = [];
      const warn = (warning: Error): unknown => warnings.push(warning);
      process.on('warning', warn);
      const { signal } = new AbortController();
      for (let i = 0; i < 12; i++) await (await open(subject, { signal })).close();
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', warn);
      assert.deepEqual(warnings, []);
    },
  },
  {
    name: 'options that cannot be are misuse, at once',
    check: async (subject) => {
      await assert.rejects(open(subject, { timeout: -1 }), { code: 'ERR_CLUSRPC_INVALID_OPTION' });
      await assert.rejects(open(subject, { timeout: Number.NaN }), { code: 'ERR_CLUSRPC_INVALID_OPTION' });
    },
  },
];

function open({ backend, target, options }: Subject, more: OpenClusterOptions = {}): Promise<ClusterHandle> {
  return openCluster(target, { backend, ...options, ...more });
}
