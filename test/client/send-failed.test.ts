import { expect, test } from 'vitest';
import { uuid } from '../../src/bytes/uuid.ts';
import { RpcClient } from '../../src/client/rpc-client.ts';
import type { Address } from '../../src/machine/contract.ts';
import type { Network, SendFailed } from '../../src/transport/network.ts';
import { udpNetwork } from '../../src/transport/udp.ts';
import { VirtualClock } from '../../src/transport/virtual-clock.ts';

const EMPTY_STUB = new Uint8Array(0);

const ANY = { uuid: uuid('8e1d5c1a-3b52-4a7e-9c0f-6a2b7d4e9f10'), version: { major: 1, minor: 0 } };
const AWAY: Address = { host: '192.0.2.9', port: 135 };
const NEAR: Address = { host: '192.0.2.1', port: 135 };

/** A system without a route to AWAY, that says so a moment after each send. */
function withoutRoute() {
  const clock = new VirtualClock();
  const sent: Address[] = [];
  const network: Network = {
    clock,
    bind: async (local, _deliver, sendFailed) => ({
      local: { ...local, port: 40_000 },
      send(_datagram, to) {
        sent.push(to);
        if (to.host !== AWAY.host) return;
        const cause = Object.assign(new Error('send ENETUNREACH'), { code: 'ENETUNREACH' });
        queueMicrotask(() => sendFailed?.(to, cause));
      },
      close: async () => {},
      ref() {},
      unref() {},
    }),
  };
  return { clock, network, sent };
}

test('a call to where no route leads ends at once, with the code of the system, and no other call with it', async () => {
  const { clock, network, sent } = withoutRoute();
  const client = await RpcClient.open({ network });
  const near = client.bind(NEAR).call(ANY, 0, EMPTY_STUB, { timeout: 9_000, name: 'near' });
  const away = client.bind(AWAY).call(ANY, 0, EMPTY_STUB, { timeout: 9_000, name: 'away' });
  await expect(away).rejects.toMatchObject({
    code: 'ERR_CLUSRPC_TRANSPORT',
    syscall: 'send',
    cause: { code: 'ENETUNREACH' },
    message: 'away: nothing can be sent to 192.0.2.9 port 135: no route leads to that network (ENETUNREACH)',
    advice: expect.stringContaining('routes'),
  });
  expect(clock.now()).toBe(new VirtualClock().now());
  expect(sent.filter(({ host }) => host === AWAY.host).length).toBeLessThanOrEqual(2);
  clock.runUntil(clock.now() + 9_000);
  await expect(near).rejects.toMatchObject({ code: 'ERR_CLUSRPC_TIMEOUT' });
  await client.close();
});

test('UDP of this machine tells an error of sending that is final, with the address that it was sent to', async () => {
  let failed: (...told: Parameters<SendFailed>) => void = () => {};
  const told = new Promise<Parameters<SendFailed>>((resolve) => {
    failed = (...args) => resolve(args);
  });
  const local = { host: '127.0.0.1', port: 0 };
  const receiver = await udpNetwork.bind(local, () => {});
  const sender = await udpNetwork.bind(local, () => {}, failed);
  sender.send(new Uint8Array(65_508), receiver.local);
  const [to, cause] = await told;
  expect(to).toEqual(receiver.local);
  expect(cause.code).toBe('EMSGSIZE');
  await Promise.all([sender.close(), receiver.close()]);
});
