import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { watchSystem } from '../../../src/watch/system-signs.ts';
import { livePortEvents } from '../../../src/windows/port-events.ts';
import { livePortLimits } from '../../../src/windows/port-table.ts';

const SAY = path.resolve(import.meta.dirname, '../../../say.exe');
/** Of a French Windows, in the code page of its console. */
const DYNAMIC =
  '\r\nPlage de ports dynamiques du protocole udp\r\n---------------------------------\r\nPort de d\x82marrage\xff: 10000\r\nNombre de ports\xff: 1000\r\n\r\n';
const EXCLUDED =
  '\r\nPlages d\x27exclusion de ports du protocole udp\r\n\r\nPort d\x82but    Port fin      \r\n----------    --------      \r\n     10100       10199     *\r\n\r\n* - Exclusions\r\n';
const EVENT =
  "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Tcpip'/><EventID Qualifiers='32768'>4231</EventID><TimeCreated SystemTime='2026-03-01T10:00:00.5000000Z'/></System></Event>\r\n";

/** A System32 whose program of that name says that for an argument; answers how to read the arguments that it was given. */
async function withProgram<T>(
  name: string,
  says: Readonly<Record<string, string>>,
  use: (args: () => readonly string[]) => Promise<T>,
): Promise<T> {
  const root = mkdtempSync(path.join(tmpdir(), 'system-root-'));
  const program = path.join(root, 'System32', `${name}.exe`);
  mkdirSync(path.dirname(program));
  copyFileSync(SAY, program);
  for (const [argument, text] of Object.entries(says)) writeFileSync(`${program}.${argument}`, text, 'latin1');
  const before = process.env.SystemRoot;
  process.env.SystemRoot = root;
  try {
    return await use(() => readFileSync(`${program}.args`, 'utf8').trimEnd().split(/\r?\n/));
  } finally {
    process.env.SystemRoot = before;
  }
}

test('the dynamic range and the excluded ports are what netsh says, in the language of that Windows', async () => {
  const says = { dynamicport: DYNAMIC, excludedportrange: EXCLUDED };
  await withProgram('netsh', says, async (args) => {
    assert.deepEqual(await livePortLimits(), {
      dynamic: { first: 10_000, last: 10_999 },
      excluded: [{ first: 10_100, last: 10_199 }],
    });
    assert.deepEqual(args().slice(0, 5), ['int', 'ipv4', 'show', 'dynamicport', 'udp']);
  });
});

test('what netsh does not say is no range and no exclusion', async () => {
  await withProgram('netsh', {}, () =>
    assert.rejects(livePortLimits(), { syscall: 'netsh', message: 'netsh did not say the dynamic port range' }),
  );
  await withProgram('netsh', { dynamicport: DYNAMIC }, () =>
    assert.rejects(livePortLimits(), { syscall: 'netsh', message: 'netsh did not say the excluded ports' }),
  );
});

test('the system log is asked for the events of the time that was watched, and the query arrives whole', async () => {
  await withProgram('wevtutil', { qe: EVENT }, async (args) => {
    const events = await livePortEvents(90_000);
    assert.deepEqual(
      events.map(({ id, ms }) => [id, ms]),
      [[4231, Date.UTC(2026, 2, 1, 10, 0, 0, 500)]],
    );
    assert.deepEqual(args(), [
      'qe',
      'System',
      "/q:*[System[Provider[@Name='Tcpip'] and (EventID=4227 or EventID=4231 or EventID=4266) and TimeCreated[timediff(@SystemTime) <= 90000]]]",
      '/f:xml',
      '/c:1000',
    ]);
  });
});

test('a system log that cannot be asked does no harm', async () => {
  const end = await watchSystem(process.pid, { events: true });
  const before = process.env.SystemRoot;
  process.env.SystemRoot = 'C:\\nowhere';
  const signs = await end();
  process.env.SystemRoot = before;
  assert.deepEqual(signs, { counters: null, events: null, missing: ['wevtutil did not say the system log'] });
});

test('datagrams that were sent and received are in the UDP counters', async () => {
  const end = await watchSystem(process.pid, { counters: true });
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const arrived = once(socket, 'message');
  socket.send('x', socket.address().port, '127.0.0.1');
  await arrived;
  socket.close();
  const { counters, missing } = await end();
  assert.deepEqual(missing, []);
  assert.ok(counters !== null && counters.received >= 1 && counters.sent >= 1, JSON.stringify(counters));
});
