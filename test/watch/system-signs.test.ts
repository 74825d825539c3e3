import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { watchSchema } from '../../src/report/schema/index.ts';
import { watchReport } from '../../src/report/watch.ts';
import { watchText } from '../../src/report/watch-text.ts';
import { grown, type SystemSigns, watchSystem } from '../../src/watch/system-signs.ts';
import { parsePortEvents } from '../../src/windows/port-events.ts';
import { cli } from '../cli/in-process.ts';

const counters = (received: number) => ({ received, noPort: 0, errors: 0, sent: 0 });

test('counters that wrapped at 32 bits have still grown, IPv4 and IPv6 together', () => {
  expect(grown([counters(2 ** 32 - 2), counters(10)], [counters(3), counters(11)]).received).toBe(6);
});

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('datagrams to an open and to a closed port are counted', async () => {
    const [open, closed] = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of [open, closed]) await once(socket.bind(0, '127.0.0.1'), 'listening');
    const nobody = closed.address().port;
    closed.close();
    const end = await watchSystem(process.pid, { counters: true });
    const arrived = once(open, 'message');
    await new Promise((resolve) => open.send('x', nobody, '127.0.0.1', resolve));
    open.send('x', open.address().port, '127.0.0.1');
    await arrived;
    open.close();
    const signs = await end();
    expect(signs).toMatchObject({ events: null, missing: [] });
    expect(signs.counters?.sent).toBeGreaterThanOrEqual(2);
    expect(signs.counters?.received).toBeGreaterThanOrEqual(1);
    expect(signs.counters?.noPort).toBeGreaterThanOrEqual(1);
  });

  test('the command reads them only when asked; what there is no log for is not known, and does no harm', async () => {
    const watched = ['watch', String(process.pid), '--for', '1ms', '--json'];
    expect(JSON.parse((await cli(watched)).stdout).system).toBeUndefined();
    const { code, stdout } = await cli([...watched, '--counters', '--events']);
    expect(code).toBe(3);
    const { system } = watchSchema.parse(JSON.parse(stdout));
    expect(system?.counters?.errors).toBeGreaterThanOrEqual(0);
    expect(system).toMatchObject({ events: null, missing: [expect.stringMatching(/system log needs Windows/)] });
  });

  test('a series of samples has no machine beside it', async () => {
    expect(await cli(['watch', '--netstat', 'x', '--counters'])).toMatchObject({ code: 2 });
  });
});

const EVENT = (id: number, time: string, source = 'Tcpip'): string =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${source}'/><EventID Qualifiers='32768'>${id}</EventID><TimeCreated SystemTime='${time}'/></System><EventData><Data>\\Device\\Tcpip</Data></EventData></Event>`;

test('events of the log come in the order of time, others are left out', () => {
  const xml = [
    EVENT(4266, '2026-03-01T10:00:05.1234567Z'),
    EVENT(4227, '2026-03-01T10:00:00.0000000Z'),
    EVENT(4201, '2026-03-01T10:00:01.0000000Z'),
  ].join('\r\n');
  expect(parsePortEvents(xml)).toEqual([
    { id: 4227, ms: Date.UTC(2026, 2, 1, 10), sentence: expect.stringMatching(/local port still in use/) },
    { id: 4266, ms: Date.UTC(2026, 2, 1, 10, 0, 5, 123), sentence: expect.stringMatching(/UDP/) },
  ]);
  expect(parsePortEvents('')).toEqual([]);
});

test('people read what grew, each event with its time, and what is not known', () => {
  const text = (system: SystemSigns) => watchText({ ...watchReport(1, []), system }, (ms) => `t${ms}`);
  const events = [{ id: 4231, ms: 5, sentence: 'every dynamic TCP port was in use' }];
  const shown = text({ counters: { received: 3, noPort: 2, errors: 1, sent: 4 }, events, missing: ['no addon'] });
  expect(shown).toContain('3 received, 2 for a port that nobody had, 1 in error, 4 sent');
  expect(shown).toContain('event 4231 at t5: every dynamic TCP port was in use');
  expect(shown).toContain('not known: no addon');
  expect(text({ counters: null, events: [], missing: [] })).toContain('nothing in the system log');
});
