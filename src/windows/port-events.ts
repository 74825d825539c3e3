import { systemProgram } from './system-program.ts';

/** What TCP/IP writes into the system log when a port could not be had. */
const PORT_EVENTS = {
  4227: 'an outgoing TCP connection found its local port still in use',
  4231: 'every dynamic TCP port was in use',
  4266: 'every dynamic UDP port was in use',
} as const;
const MOST_EVENTS = 1_000;

/** One entry of the System log that tells of ports used up. */
export interface PortEvent {
  readonly id: number;
  /** Since 1970, UTC. */
  readonly ms: number;
  readonly sentence: string;
}

/** The entries of the last `spanMs`, the oldest first. Rejects with ERR_CLUSRPC_INVALID_INPUT where wevtutil does not answer. */
export async function livePortEvents(spanMs: number): Promise<readonly PortEvent[]> {
  const ids = Object.keys(PORT_EVENTS).map((id) => `EventID=${id}`);
  const span = `TimeCreated[timediff(@SystemTime) <= ${Math.ceil(spanMs)}]`;
  const query = `*[System[Provider[@Name='Tcpip'] and (${ids.join(' or ')}) and ${span}]]`;
  const options = [`/q:${query}`, '/f:xml', `/c:${MOST_EVENTS}`];
  return parsePortEvents(await systemProgram('wevtutil', ['qe', 'System', ...options], 'the system log'));
}

/** The events that `wevtutil qe /f:xml` prints, one after the other without a root; others than these are left out. */
export function parsePortEvents(xml: string): readonly PortEvent[] {
  const events = [...xml.matchAll(/<Event[ >].*?<\/Event>/gs)].flatMap(([event]) => {
    const id = Number(/<EventID[^>]*>(\d+)<\/EventID>/.exec(event)?.[1]);
    const ms = Date.parse(/<TimeCreated SystemTime=['"]([^'"]+)['"]/.exec(event)?.[1] ?? '');
    const sentence = (PORT_EVENTS as Readonly<Record<number, string>>)[id];
    return sentence === undefined || Number.isNaN(ms) ? [] : [{ id, ms, sentence }];
  });
  return events.sort((a, b) => a.ms - b.ms);
}
