import { describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/index.ts';
import type { Explanation, FindingId } from '../../src/explain/types.ts';
import { ApiOpenCluster, CLUSAPI_OPERATIONS } from '../../src/interface/clusapi/index.ts';
import { NIL_CONTEXT_HANDLE } from '../../src/ndr/context-handle.ts';
import { FaultError, RejectError } from '../../src/status/errors.ts';
import { ncaCode } from '../../src/status/nca.ts';
import { CLIENT_HOST, openAndClose, SERVER, type WorldOptions, world } from './scenario.ts';

/** One attempt to open the cluster, which may fail, and the capture of it. */
async function attempt(options: WorldOptions = {}): Promise<Explanation> {
  const of = await world(options);
  await openAndClose(of, 5000).catch(() => {});
  of.clock.runUntil(of.clock.now() + 60_000);
  return explain(of.capture());
}

function problems({ findings }: Explanation): FindingId[] {
  return findings.filter(({ severity }) => severity === 'problem').map(({ id }) => id);
}

const fromServer = (from: { readonly host: string }) => from.host === SERVER.host;

test('an open and close without trouble has no findings, and tells each call', async () => {
  const explained = await attempt();
  expect(explained.verdict).toBe('fine');
  expect(explained.findings).toEqual([]);
  const [conversation] = explained.conversations;
  expect(explained.conversations).toHaveLength(1);
  expect(conversation).toMatchObject({
    client: { host: CLIENT_HOST, port: 5000 },
    asked: SERVER,
    answeredFrom: SERVER,
    addressSpace: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(
    conversation?.calls.map(({ operation, sequence, result }) => [sequence, operation, result.status?.symbol]),
  ).toEqual([
    [0, 'ApiGetClusterName', 'ERROR_SUCCESS'],
    [1, 'ApiOpenCluster', 'ERROR_SUCCESS'],
    [2, 'ApiCreateEnum', 'ERROR_SUCCESS'],
    [3, 'ApiCloseCluster', 'ERROR_SUCCESS'],
  ]);
  expect(conversation?.calls[0]?.callbacks).toMatchObject([
    { operation: 'conv_who_are_you2', sent: 1, answeredAfterMs: expect.any(Number), status: { code: 0 } },
  ]);
  expect(conversation?.calls[0]?.interface).toEqual({
    name: 'clusapi',
    uuid: 'b97db8b2-4c63-11cf-bff6-08002be23f2f',
    version: '2.0',
  });
});

describe('a firewall that lets requests out and no callback in', () => {
  /** Answers to requests pass; what the server sends of its own to the client does not, since it is a request. */
  const REQUEST = 0;
  const blocked = (tap: 'client' | 'server') =>
    attempt({ tap, drops: (datagram, from) => fromServer(from) && datagram[1] === REQUEST });

  test('is seen on the side of the server, with the callbacks that nobody answered', async () => {
    const explained = await blocked('server');
    expect(problems(explained)).toContain('callback-unanswered');
    const [finding] = explained.findings.filter(({ id }) => id === 'callback-unanswered');
    expect(finding?.examples[0]?.detail).toContain('conv_who_are_you2 to 10.0.0.9:5000 was sent');
    expect(explained.rpc.callbacks).toMatchObject({ answered: 0 });
    const [callback] = explained.conversations[0]?.calls[0]?.callbacks ?? [];
    expect(callback).toMatchObject({ answeredAfterMs: null, status: null });
    expect(callback?.sent).toBeGreaterThan(1);
  });

  test('is seen on the side of the client, where no callback ever arrives', async () => {
    const explained = await blocked('client');
    expect(problems(explained)).toContain('callback-unanswered');
    expect(explained.rpc.callbacks.calls).toBe(0);
  });
});

test('a server that is not there is silent', async () => {
  const explained = await attempt({ conditions: () => ({ loss: 1 }) });
  expect(problems(explained)).toEqual(['server-silent']);
  const [finding] = explained.findings;
  expect(finding?.title).toBe('server silent');
  expect(finding?.examples[0]?.detail).toContain('no answer');
  expect(explained.rpc.results.none).toBe(1);
});

test('a server that had taken the call and is heard no more may have executed it', async () => {
  const of = await world({
    operations: { [CLUSAPI_OPERATIONS.ApiOpenCluster]: () => new Promise(() => {}) },
    drops: (_datagram, from) => fromServer(from) && isGone,
  });
  let isGone = false;
  of.clock.at(of.clock.now() + 8_000, () => {
    isGone = true;
  });
  await openAndClose(of, 5000).catch(() => {});
  of.clock.runUntil(of.clock.now() + 60_000);
  const explained = await explain(of.capture());
  expect(explained.findings).toMatchObject([
    { id: 'server-silent', title: 'server fell silent in a call', severity: 'problem' },
  ]);
});

test('a server that was started anew is told by its boot time', async () => {
  const of = await world();
  await openAndClose(of, 5000);
  await of.run(of.server.close());
  await of.startServer();
  await openAndClose(of, 5001);
  const explained = await explain(of.capture());
  expect(explained.findings).toMatchObject([{ id: 'server-restarted', severity: 'problem', count: 1 }]);
  expect(explained.findings[0]?.examples[0]).toMatchObject({
    server: '10.0.0.5:1047',
    detail: 'boot time 2003-03-18T00:00:00Z, from here on 2003-03-18T00:16:40Z',
  });
});

test('a reject is explained, with what a Windows program is told', async () => {
  const operations = {
    [CLUSAPI_OPERATIONS.ApiOpenCluster]: () => {
      throw new RejectError('too busy', ncaCode('nca_s_server_too_busy'));
    },
  };
  const explained = await attempt({ operations });
  expect(explained.findings).toMatchObject([
    {
      id: 'call-rejected',
      title: 'call rejected: nca_s_server_too_busy (0x1C010014): The server is too busy.',
      examples: [{ detail: 'clusapi ApiOpenCluster', client: '10.0.0.9:5000', server: '10.0.0.5:1047' }],
    },
  ]);
  expect(explained.findings[0]?.meaning).toContain('RPC_S_SERVER_TOO_BUSY (1723)');
  expect(explained.hosts[0]).toMatchObject({ failed: 1 });
});

test('a fault is explained', async () => {
  const operations = {
    [CLUSAPI_OPERATIONS.ApiOpenCluster]: () => {
      throw new FaultError('denied', 5);
    },
  };
  const explained = await attempt({ operations });
  expect(explained.findings).toMatchObject([
    { id: 'call-faulted', title: 'call faulted: ERROR_ACCESS_DENIED (5): Access is denied.' },
  ]);
  const opened = explained.conversations[0]?.calls.find(({ operation }) => operation === 'ApiOpenCluster');
  expect(opened?.result).toEqual({
    kind: 'fault',
    status: { code: 5, symbol: 'ERROR_ACCESS_DENIED' },
    win32: { code: 5, symbol: 'ERROR_ACCESS_DENIED' },
  });
});

test('an operation that answers no is told apart from RPC that fails', async () => {
  const operations = {
    [CLUSAPI_OPERATIONS.ApiOpenCluster]: () =>
      ApiOpenCluster.encodeResponse({ status: 70, cluster: NIL_CONTEXT_HANDLE }),
  };
  const explained = await attempt({ operations });
  expect(explained.findings).toMatchObject([
    { id: 'operation-failed', title: expect.stringContaining('ERROR_SHARING_PAUSED (70)'), severity: 'problem' },
  ]);
  expect(explained.hosts[0]).toMatchObject({ failed: 1, closed: 0 });
});

test('a result that never arrives is seen on the side of the server', async () => {
  const RESPONSE = 2;
  const explained = await attempt({
    tap: 'server',
    drops: (datagram, from) => fromServer(from) && datagram[1] === RESPONSE,
  });
  expect(problems(explained)).toEqual(['response-lost']);
  const [call] = explained.conversations[0]?.calls ?? [];
  expect(call?.response.retransmissions).toBeGreaterThan(1);
});

test('a result that had to be sent again is a notice and no problem', async () => {
  const RESPONSE = 2;
  let dropped = 0;
  const explained = await attempt({
    tap: 'server',
    drops: (datagram, from) => fromServer(from) && datagram[1] === RESPONSE && dropped++ === 0,
  });
  expect(problems(explained)).toEqual([]);
  expect(explained.findings).toMatchObject([{ id: 'response-lost', severity: 'notice', count: 1 }]);
  expect(explained.verdict).toBe('fine');
});

test('a callback that is lost once and answered then is no finding', async () => {
  let dropped = 0;
  const explained = await attempt({
    tap: 'server',
    drops: (datagram, from) => fromServer(from) && datagram[1] === 0 && dropped++ === 0,
  });
  expect(explained.findings).toEqual([]);
  expect(explained.conversations[0]?.calls[0]?.callbacks[0]?.sent).toBe(2);
  expect(explained.rpc.retransmissions).toBeGreaterThan(0);
});

test('without any RPC there is nothing to tell', async () => {
  const of = await world();
  const explained = await explain(of.capture());
  expect(explained).toMatchObject({ verdict: 'nothing', conversations: [], source: { packets: 0, firstTime: null } });
});
