import { RpcClient } from '../../../src/client/rpc-client.ts';
import { seededRandom } from '../../../src/transport/random.ts';
import { answer, INTERFACE, question } from './protocol.ts';

/* client.ts HOST PORT CALLS IN_FLIGHT: calls, and tells how they ended. */

const [host = '127.0.0.1', port = '0', calls = '0', inFlight = '1'] = process.argv.slice(2);
const random = seededRandom(5);
const client = await RpcClient.open({ to: { host, port: Number(port) } });
const ends = { answered: 0, wrong: 0, failed: [] as string[], requests: 0 };
let next = 0;

/** Most calls fit one packet, some take many, either way. */
function length(): number {
  return random() < 0.8 ? Math.floor(random() * 500) : Math.floor(random() * 20_000);
}

async function work(): Promise<void> {
  while (next < Number(calls)) {
    const number = next++;
    const stub = question(number, length(), length());
    try {
      const { stub: got, trace } = await client.call(INTERFACE, 0, stub);
      ends.requests += trace.requests;
      if (Buffer.compare(got, answer(stub)) === 0) ends.answered += 1;
      else ends.wrong += 1;
    } catch (error) {
      ends.failed.push(`${number}: ${(error as Error).message}`);
    }
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, work));
await client.close();
console.log(JSON.stringify(ends));
