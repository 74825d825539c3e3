import { audit } from '../../src/audit.ts';
import { explain } from '../../src/explain/index.ts';
import { auditHtml } from '../../src/report/audit-html.ts';
import { demoPage } from '../../src/report/demo.ts';
import { explainHtml } from '../../src/report/explain-html.ts';
import type { PageOrigin } from '../../src/report/page/page.ts';
import { probeHtml } from '../../src/report/probe-html.ts';
import { soakHtml } from '../../src/report/soak-html.ts';
import { watchHtml } from '../../src/report/watch-html.ts';
import type { DemoAct, DemoActId } from '../../src/soak/demo.ts';
import { type SoakOptions, soak } from '../../src/soak/index.ts';
import { machineRun, world } from '../explain/scenario.ts';
import { opened, stopped } from './probed.ts';
import { watched } from './watched.ts';

export const ORIGIN: PageOrigin = {
  version: '1.2.3',
  madeUtc: '2003-04-05T06:07:08.000Z',
  command: "clusrpc x --name 'a <b>'",
};

const LOAD: SoakOptions = { ports: '5000-5019', failureRate: 0.2, cycles: 500, seed: 7, everyMs: 20_000 };
const DAY = 86_400_000;

/** One page of each kind, made from what the tools themselves say. */
export async function everyPage(): Promise<ReadonlyMap<string, string>> {
  const sp3 = await audit([{ kind: 'reg', path: 'test/fixtures/reg/windows-2000-sp3.reg' }]);
  const unknown = await audit([{ kind: 'reg', path: 'test/fixtures/reg/malformed.reg' }]);
  const fails = (open: number) => open % 7 === 3;
  const capture = await machineRun({
    profile: 'windows-2000-sp3',
    opens: 60,
    everyMs: 40_000,
    fails,
    failure: 'no-answer',
  });
  const soaked = async (options: SoakOptions) => soakHtml(await soak('emulated', { ...LOAD, ...options }), ORIGIN);
  return new Map([
    ['a soak that leaks', await soaked({})],
    ['a soak that stalls', await soaked({ clientProfile: 'windows-2000-sp4', everyMs: 100 })],
    [
      'a soak of a day',
      await soaked({ ports: '5000-5499', failureRate: 0.02, everyMs: 5_000, cycles: 17_280, durationMs: DAY }),
    ],
    ['a soak beside its variants', await soaked({ compare: true })],
    ['a soak of one open', await soaked({ cycles: 1 })],
    ['a probe that opened', probeHtml([opened()], ORIGIN)],
    [
      'a probe that stopped',
      probeHtml([{ ...stopped('callback-path'), localPorts: [{ port: 5001, reason: 'silent' }] }], ORIGIN),
    ],
    ['probes of many', probeHtml([opened(), stopped('mapper-reachable', 'unknown'), stopped('resolve')], ORIGIN)],
    ['a process that leaks', watchHtml(watched('windows-2000-sp3', 8), (ms) => new Date(ms).toISOString(), ORIGIN)],
    ['the demo', await demo()],
    ['an audit', auditHtml([sp3], ORIGIN, (utc) => utc)],
    ['an audit of many', auditHtml([unknown, sp3], ORIGIN, (utc) => utc)],
    ['a capture that leaks', explainHtml(await explain(capture), ORIGIN)],
    ['a capture without RPC', explainHtml(await explain((await world()).capture()), ORIGIN)],
  ]);
}

async function demo(): Promise<string> {
  const act = async (id: DemoActId, options: SoakOptions): Promise<DemoAct> => ({
    id,
    client: '127.0.0.1',
    report: await soak('emulated', { ...LOAD, onExhaustion: 'hang', ...options }),
    afterEnd: { freeBefore: 0, freeAfter: 20, newProgramOpens: true },
  });
  const fixed = { clientProfile: 'windows-2000-sp4', cycles: 200 } as const;
  const acts = [await act('leak', {}), await act('fixed', fixed), await act('stall', { ...fixed, everyMs: 2_000 })];
  return demoPage({ schema: 'clusrpc/demo/1', timesFaster: 400, host: '127.0.0.2', acts, asExpected: true }, ORIGIN);
}
