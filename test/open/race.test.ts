import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/open/backend.ts';
import { openFirst } from '../../src/open/race.ts';
import { ClusError, isClusError, TransportError } from '../../src/status/errors.ts';
import { Win32Error } from '../../src/status/win32-error.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

const ALL: readonly Backend[] = ['native', 'ffi', 'wire'];

/** After how many ms a backend opens, or fails and with what. */
type Course = { readonly after: number; readonly failure?: unknown };

interface Run {
  readonly result: { readonly backend?: Backend; readonly error?: unknown; readonly at: number };
  /** Each backend that began, and when. */
  readonly begun: readonly (readonly [Backend, number])[];
  readonly discarded: readonly string[];
  readonly givenUp: readonly Backend[];
}

async function run(courses: Partial<Record<Backend, Course>>, abortAt?: number, backends = ALL): Promise<Run> {
  const clock = new VirtualClock(0);
  const begun: [Backend, number][] = [];
  const discarded: string[] = [];
  const givenUp: Backend[] = [];
  const controller = new AbortController();
  if (abortAt !== undefined) clock.at(abortAt, () => controller.abort(new Error('enough')));
  const open = (backend: Backend, signal: AbortSignal | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      begun.push([backend, clock.now()]);
      const course = courses[backend] ?? { after: 0 };
      signal?.addEventListener('abort', () => {
        givenUp.push(backend);
        reject(signal.reason);
      });
      clock.at(clock.now() + course.after, () => (course.failure ? reject(course.failure) : resolve(backend)));
    });
  const race = { clock, signal: controller.signal, open, discard: (session: string) => void discarded.push(session) };
  const opened = openFirst(backends, race).then(
    ({ backend }) => ({ backend, at: clock.now() }),
    (error: unknown) => ({ error, at: clock.now() }),
  );
  for (let next: number | null = 0; next !== null; next = clock.next()) {
    clock.runUntil(next);
    // Promises see what happened at this moment before the next one comes.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { result: await opened, begun, discarded, givenUp };
}

const unavailable = new ClusError('no addon', 'ERR_CLUSRPC_UNAVAILABLE_BACKEND');

describe('clusapi.dll and wire', () => {
  test('a DLL that opens in its head start is alone', async () => {
    const { result, begun } = await run({ native: { after: 1_500 } });
    expect(result).toEqual({ backend: 'native', at: 1_500 });
    expect(begun).toEqual([['native', 0]]);
  });

  test('a DLL that hangs behind a firewall lets wire open within three seconds', async () => {
    const { result, begun, givenUp } = await run({
      native: { after: 21_000, failure: new Win32Error(1722, 'OpenCluster') },
      wire: { after: 200 },
    });
    expect(result).toEqual({ backend: 'wire', at: 2_200 });
    expect(begun).toEqual([
      ['native', 0],
      ['wire', 2_000],
    ]);
    expect(givenUp).toContain('native');
  });

  test.each([53, 121, 126, 127, 1225, 1231, 1232, 1460, 1703, 1717, 1722, 1753, 10060])(
    'wire begins at once when the DLL answers %i',
    async (errno) => {
      const { result } = await run({
        native: { after: 40, failure: new Win32Error(errno, 'OpenCluster') },
        wire: { after: 200 },
      });
      expect(result).toEqual({ backend: 'wire', at: 240 });
    },
  );

  test.each(['ERR_CLUSRPC_TIMEOUT', 'ERR_CLUSRPC_NO_FREE_THREAD'] as const)('%s leads on to wire', async (code) => {
    const { result } = await run({ native: { after: 40, failure: new ClusError('x', code) } });
    expect(result.backend).toBe('wire');
  });

  test('an addon that is not there hands over to the FFI package, and that to wire', async () => {
    const { result, begun } = await run({
      native: { after: 0, failure: unavailable },
      ffi: { after: 0, failure: unavailable },
    });
    expect(result.backend).toBe('wire');
    expect(begun.map(([backend]) => backend)).toEqual(ALL);
  });

  test('a refusal of a target that the DLL reaches is the last word, also beside wire', async () => {
    const denied = new Win32Error(5, 'OpenCluster');
    expect((await run({ native: { after: 40, failure: denied } })).begun).toEqual([['native', 0]]);
    const late = await run({ native: { after: 3_000, failure: denied }, wire: { after: 5_000 } });
    expect(late.result).toEqual({ error: denied, at: 3_000 });
    expect(late.givenUp).toContain('wire');
  });

  test('a DLL that opens after wire has failed still serves', async () => {
    const { result } = await run({
      native: { after: 9_000 },
      wire: { after: 100, failure: new TransportError('heard nothing') },
    });
    expect(result).toEqual({ backend: 'native', at: 9_000 });
  });

  test('when both fail, the error says what each has said', async () => {
    const { result } = await run({
      native: { after: 21_000, failure: new Win32Error(1722, 'OpenCluster') },
      wire: { after: 4_000, failure: new TransportError('heard nothing', { stage: 'mapper-reachable' }) },
    });
    expect(isClusError(result.error)).toBe(true);
    expect(result.error).toMatchObject({
      code: 'ERR_CLUSRPC_TRANSPORT',
      stage: 'mapper-reachable',
      message: expect.stringMatching(
        /^heard nothing; and clusapi\.dll: OpenCluster: RPC_S_SERVER_UNAVAILABLE \(1722\)/,
      ),
    });
  });

  test('without any DLL the error is the one of wire', async () => {
    const silent = new TransportError('heard nothing');
    const failure = unavailable;
    const { result } = await run({
      native: { after: 0, failure },
      ffi: { after: 0, failure },
      wire: { after: 10, failure: silent },
    });
    expect(result.error).toBe(silent);
  });

  test('an abort ends both at once with its reason', async () => {
    const { result, givenUp } = await run({ native: { after: 50_000 }, wire: { after: 50_000 } }, 5_000);
    expect(result).toMatchObject({ at: 5_000, error: { message: 'enough' } });
    expect(givenUp).toEqual(['native', 'wire']);
  });

  test('what the loser opens at the same moment is given back', async () => {
    const { result, discarded } = await run({ native: { after: 2_300 }, wire: { after: 300 } });
    expect([result.backend, ...discarded].sort()).toEqual(['native', 'wire']);
  });

  test('a backend that is named is the only one', async () => {
    const failure = new Win32Error(1722, 'OpenCluster');
    const { result, begun } = await run({ native: { after: 10, failure } }, undefined, ['native']);
    expect(result.error).toBe(failure);
    expect(begun).toEqual([['native', 0]]);
  });
});
