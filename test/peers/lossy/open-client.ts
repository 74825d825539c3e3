import { RpcClient } from '../../../src/client/rpc-client.ts';
import { ApiOpenCluster, CLUSAPI_V2 } from '../../../src/interface/clusapi/index.ts';
import { contextHandleKey } from '../../../src/ndr/context-handle.ts';

/* open-client.ts HOST PORT CALLS IN_FLIGHT: calls ApiOpenCluster, and tells how often and how many handles it got. */

const [host = '127.0.0.1', port = '0', calls = '0', inFlight = '1'] = process.argv.slice(2);
const client = await RpcClient.open({ to: { host, port: Number(port) } });
const ends = { answered: 0, refused: 0, failed: [] as string[], requests: 0 };
const handles = new Set<string>();
let next = 0;

async function work(): Promise<void> {
  while (next < Number(calls)) {
    const number = next++;
    try {
      const { stub, littleEndian, trace } = await client.call(CLUSAPI_V2, 0, new Uint8Array(0));
      const { status, cluster } = ApiOpenCluster.decodeResponse(stub, littleEndian);
      ends.requests += trace.requests;
      handles.add(contextHandleKey(cluster));
      if (status === 0) ends.answered += 1;
      else ends.refused += 1;
    } catch (error) {
      ends.failed.push(`${number}: ${(error as Error).message}`);
    }
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, work));
await client.close();
console.log(JSON.stringify({ ...ends, handles: handles.size }));
