import { expect, test } from 'vitest';
import { Logon } from '../../src/client/logon.ts';
import { account } from '../auth/ntlm/kit.ts';
import { rejection, virtualHost } from './kit.ts';

/** A host that understands one dialect of NTLM only, and an open in another, or in one after the other. */
async function opening(ntlmDialect: string, dialect: string) {
  const { host, open } = await virtualHost({ users: [account('ops', 'Secret.1')], requireAuth: true, ntlmDialect });
  const logon = await Logon.prepare({ credentials: { user: 'LAB\\ops', password: 'Secret.1' }, ntlmDialect: dialect });
  return { host, open: () => open({ logon }, { stageTimeout: 8_000 }) };
}

// Serial numbers are those of fragments as long as nothing is sent again.
test.each([
  ['call-fragment', 1],
  ['call,protected', 2],
  ['serial,protected', 3],
])(
  'one dialect after the other is tried where the logon was taken: %s is understood at number %i',
  async (only, number) => {
    const { host, open } = await opening(only, 'auto');
    const session = await open();
    expect(session.name).toBe('CLUSTER1');
    expect(host.logons.map(({ refusal }) => refusal)).toEqual(new Array(number).fill(null));
    await open();
    expect(host.logons).toHaveLength(number + 1);
  },
);

test('who names the wrong dialect logs on once, and is told of the others', async () => {
  const { host, open } = await opening('call', 'call-fragment');
  expect(await rejection(open())).toMatchObject({
    code: 'ERR_CLUSRPC_TIMEOUT',
    stage: 'open-cluster',
    advice: expect.stringMatching(/`ntlmDialect: auto`/),
  });
  expect(host.logons).toMatchObject([{ refusal: null }]);
});
