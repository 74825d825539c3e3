import { expect, test } from 'vitest';
import { CoClient } from '../../src/machine/co/client/client.ts';
import { CLIENT, call, coPair, newServer, SERVER } from '../machine/co/pair.ts';
import { drained, fuzzConnections, honest } from './fuzz-connections.ts';

test('20 000 bad PDUs on connections throw nothing, fill no memory and leave a server that answers', () => {
  const { pdus, closed, answered, growth } = fuzzConnections(20_000, 3);
  expect(pdus).toBeGreaterThanOrEqual(20_000);
  expect(closed).toBeGreaterThan(2_000);
  expect(answered).toBe(true);
  expect(growth).toBeLessThan(64 << 20);
});

test('a conversation that ends after any byte leaves nothing behind on either side', () => {
  const said = honest();
  const server = newServer();
  const asked = joined(said.client);
  for (let end = 0; end <= asked.length; end += 1) {
    const connection = server.accept(CLIENT, SERVER.port, 1_000);
    connection.handle({ kind: 'chunk', chunk: asked.slice(0, end) }, 1_000);
    drained(connection as never);
    connection.handle({ kind: 'ended' }, 1_001);
    drained(connection as never);
  }
  const answers = joined(said.server);
  for (let end = 0; end < answers.length; end += 1) {
    const client = new CoClient({ server: SERVER });
    client.handle(call(1, new Uint8Array(12_000)), 1_000);
    client.handle(call(2, Uint8Array.of(1)), 1_000);
    client.handle({ kind: 'chunk', chunk: answers.slice(0, end) }, 1_000);
    client.handle({ kind: 'ended' }, 1_001);
    drained(client as never);
    expect(client.size.calls).toBe(0);
    expect(client.size.held).toBeLessThan(5_840);
  }
  const pair = coPair({ to: server });
  pair.tell(call(1, Uint8Array.of(7)));
  expect(pair.events).toMatchObject([{ kind: 'response' }]);
});

function joined(pdus: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([...pdus]));
}
