/* node flooder.mjs PORT PER_SECOND: pings of activities that do not exist and garbage of all sizes, until it is ended. */

import { randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';

const [port, perSecond] = process.argv.slice(2).map(Number);
const socket = createSocket('udp4');
socket.on('message', () => {});
socket.on('error', () => {});

const packets = Array.from({ length: 512 }, (_, n) => {
  const packet = randomFillSync(Buffer.alloc(n % 4 === 3 ? n * 4 : 80));
  // Three in four are well-formed pings; what is random in them is the activity and the numbers.
  if (n % 4 !== 3) {
    packet.set([4, 1, 0, 0, 0x10, 0, 0], 0);
    packet.fill(0, 74, 79);
  }
  return packet;
});

let sent = 0;
const start = performance.now();
socket.bind(0, '127.0.0.1', () => {
  process.send?.('ready');
  setInterval(() => {
    const due = ((performance.now() - start) / 1000) * perSecond;
    // A pause of the system is not made up for by a burst that no network would bring.
    sent = Math.max(sent, due - perSecond / 50);
    for (; sent < due; sent++) socket.send(packets[Math.floor(sent) % packets.length], port, '127.0.0.1');
  }, 1);
});
process.on('disconnect', () => process.exit());
