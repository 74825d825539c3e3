import { RpcServer } from '../../../src/server/rpc-server.ts';
import { answer, INTERFACE, isSound, numberOf } from './protocol.ts';

/* server.ts HOST PORT: serves until its input ends, then tells what it has executed. */

const [host = '127.0.0.1', port = '0'] = process.argv.slice(2);
const executed = new Map<number, number>();
let unsound = 0;

const server = await RpcServer.open({ local: { host, port: Number(port) } });
server.serve({
  ...INTERFACE,
  operations: [
    ({ stub }) => {
      executed.set(numberOf(stub), (executed.get(numberOf(stub)) ?? 0) + 1);
      if (!isSound(stub)) unsound += 1;
      return answer(stub);
    },
  ],
});
console.log('ready');
process.stdin.resume();
process.stdin.on('end', async () => {
  const doubled = [...executed.values()].filter((times) => times > 1).length;
  console.log(JSON.stringify({ executed: executed.size, doubled, unsound, counters: server.counters }));
  await server.close();
});
