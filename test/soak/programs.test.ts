import { expect, test, vi } from 'vitest';
import { soakSchema } from '../../src/report/schema/index.ts';
import { type SoakProgramEvent, soak } from '../../src/soak/index.ts';

test('three programs in processes of their own share the ports of one machine; one that is killed gives its own back', async () => {
  vi.stubEnv('NODE_OPTIONS', '--import tsx');
  const events: SoakProgramEvent[] = [];
  const counts = { steps: 0 };
  const report = await soak('emulated', {
    time: 'real',
    programs: 3,
    ports: '5000-5059',
    recycleAfterMs: 500,
    everyMs: 15,
    cycles: 120,
    failureRate: 0.1,
    failureKind: 'reject',
    seed: 7,
    onProgram: (event) => events.push(event),
    onStep: () => {
      counts.steps++;
      if (counts.steps === 60) process.kill(events[1]?.pid as number, 'SIGKILL');
    },
  });
  vi.unstubAllEnvs();
  soakSchema.parse(report);
  const [first, second, third] = report.programs ?? [];
  expect(second).toMatchObject({ id: 'program-2', end: 'signal SIGKILL' });
  for (const each of [first, third]) expect(each).toMatchObject({ end: 'exit code 0', cycles: 120 });
  expect(second?.cycles).toBeLessThan(120);
  expect(second?.gaveBack).toBeGreaterThan(0);
  expect(events).toHaveLength(6);
  expect(report.cycles).toBe(report.opened + report.failed + report.refused);
  expect(report.ports.leaked).toBeGreaterThan(0);
  expect(report.ended).toBe('cycles');
});

test('several programs need real time', async () => {
  await expect(soak('emulated', { programs: 2 })).rejects.toThrow('need real time');
});
