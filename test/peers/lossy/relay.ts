import { createSocket, type Socket } from 'node:dgram';
import { seededRandom } from '../../../src/transport/random.ts';

/* relay.ts PORT SERVER_HOST SERVER_PORT: passes datagrams on after a while, each its own, so that they overtake each other. */

const [port = '0', serverHost = '', serverPort = '0'] = process.argv.slice(2);
const random = seededRandom(9);
const front = createSocket('udp4');
const back = createSocket('udp4');
let client: { readonly port: number; readonly address: string } | null = null;

function pass(from: Socket, datagram: Buffer, toPort: number, toHost: string): void {
  const delay = 1 + random() * 10 + (random() < 0.05 ? 40 : 0);
  setTimeout(() => from.send(datagram, toPort, toHost), delay);
}

front.on('message', (datagram, from) => {
  client = from;
  pass(back, datagram, Number(serverPort), serverHost);
});
back.on('message', (datagram) => {
  if (client !== null) pass(front, datagram, client.port, client.address);
});
front.bind(Number(port), '127.0.0.1', () => back.bind(0, () => console.log('ready')));
process.stdin.resume();
process.stdin.on('end', () => process.exit());
