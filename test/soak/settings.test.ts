import { describe, expect, test } from 'vitest';
import { planSoak, type SoakOptions } from '../../src/soak/index.ts';

describe('options that cannot be', () => {
  const WRONG: readonly [string, SoakOptions, RegExp][] = [
    ['emulated', { cycles: 0 }, /number of cycles cannot be 0/],
    ['emulated', { cycles: 1.5 }, /number of cycles cannot be 1\.5/],
    ['emulated', { everyMs: 0 }, /time between opens cannot be 0/],
    ['emulated', { everyMs: Number.NaN }, /time between opens cannot be NaN/],
    ['emulated', { durationMs: -1 }, /duration cannot be -1/],
    ['emulated', { holdMs: Number.POSITIVE_INFINITY }, /hold time cannot be Infinity/],
    ['emulated', { concurrency: 0 }, /concurrency cannot be 0/],
    ['emulated', { failureRate: 1.2 }, /failure rate cannot be 1\.2/],
    ['emulated', { seed: -1 }, /seed cannot be -1/],
    ['emulated', { failureMs: { reject: -5 } }, /failure by reject cannot be -5/],
    ['emulated', { recycleAfterMs: -240 }, /recycle time cannot be -240/],
    ['emulated', { ports: '5019-5000' }, /runs backwards/],
    ['emulated', { ports: { size: 0, ranges: [], kind: 'configured' } }, /no port in the pool/],
    ['emulated', { strategy: 'clever' as 'gated' }, /strategy cannot be "clever"/],
    ['127.0.0.1', { strategy: 'recycled-process' }, /the end of a process gives nothing back/],
    ['emulated', { clientProfile: 'windows-xp' as 'strict' }, /client profile cannot be "windows-xp"/],
    ['emulated', { failureKind: 'fault' as 'reject' }, /failure kind cannot be "fault"/],
    ['emulated', { leakOn: ['sometimes' as 'fault'] }, /failure that leaks cannot be "sometimes"/],
    ['emulated', { hostProfile: 'windows-95' as 'windows-2000-rtm' }, /no host profile "windows-95"/],
    ['', {}, /name of the host is empty/],
    ['127.0.0.1', { time: 'virtual' }, /time does not run faster for 127\.0\.0\.1/],
    ['127.0.0.1', { clientProfile: 'strict' }, /client profile belongs to the emulated client machine/],
    ['127.0.0.1', { failureRate: 0.1 }, /failure rate belongs to the emulated client machine/],
    ['127.0.0.1', { onExhaustion: 'hang' }, /belongs to the emulated client machine/],
    ['cluster1.example', {}, /may be a host that people depend on/],
    ['192.0.2.1', { cycles: 5 }, /may be a host that people depend on/],
  ];

  test.each(WRONG)('%s with %o is refused in words', (target, options, message) => {
    expect(() => planSoak(target, options)).toThrow(message);
    expect(() => planSoak(target, options)).toThrow(
      expect.objectContaining({ code: 'ERR_CLUSRPC_INVALID_OPTION', advice: expect.stringMatching(/\w{3}/) }),
    );
  });
});

describe('hosts', () => {
  test('one that is not this machine is opened once a second, one at a time, twenty times', () => {
    const { settings } = planSoak('192.0.2.1', { againstRealHost: true });
    expect(settings).toMatchObject({ time: 'real', cycles: 20, everyMs: 1_000, concurrency: 1, clientProfile: null });
  });

  test('what is asked for by name is done', () => {
    const { settings } = planSoak('192.0.2.1', { againstRealHost: true, cycles: 50, everyMs: 200, concurrency: 4 });
    expect(settings).toMatchObject({ cycles: 50, everyMs: 200, concurrency: 4 });
  });

  test.each(['127.0.0.1', '127.9.8.7', '::1', 'localhost'])('%s is this machine', (target) => {
    expect(planSoak(target, {}).settings.target).toBe(target);
  });
});

describe('real time on the emulated machine', () => {
  test('scales the patience with the recycle time, but not below what a slow machine needs', () => {
    const patience = (failureKind: 'no-answer' | 'callback' | 'reject', recycleAfterMs: number) =>
      planSoak('emulated', { time: 'real', recycleAfterMs, failureKind }).settings.failureMs;
    expect(patience('no-answer', 240_000)).toMatchObject({ 'no-answer': 30_000, callback: 15_000 });
    expect(patience('no-answer', 24_000)).toMatchObject({ 'no-answer': 3_000, callback: 15_000 });
    expect(patience('callback', 24_000)).toMatchObject({ 'no-answer': 30_000, callback: 1_500 });
    expect(patience('no-answer', 500)['no-answer']).toBe(1_000);
    // Where failures do not wait, nobody gives up early.
    expect(patience('reject', 500)).toMatchObject({ 'no-answer': 30_000, callback: 15_000 });
  });
});
