import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Accounts } from '../../src/auth/ntlm/accounts.ts';
import type { DatagramSession } from '../../src/auth/ntlm/datagram-session.ts';
import { DATAGRAM_FORM } from '../../src/auth/ntlm/form.ts';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { account, client, credential, server } from '../auth/ntlm/kit.ts';
import { run, scratch } from './tools.ts';

/** gss-ntlmssp in datagram mode, behind a small program that speaks tokens over a pipe. */
const LIBRARY = '/usr/lib/x86_64-linux-gnu/gssntlmssp';
const PLAIN = Buffer.from('the quorum disk is online');
const SEQUENCES = [0, 1, 65_536, 0xfffffffe];

const files = scratch();
const programOf = (side: string): string => files.file(`gss-${side}`);
const running: Peer[] = [];

class Peer {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#process = spawn(programOf(args[0] ?? ''), args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
    running.push(this);
  }

  /** The words of the answer. */
  async ask(...words: readonly (string | number)[]): Promise<string[]> {
    this.#process.stdin.write(`${words.join(' ')}\n`);
    const { value } = await this.#lines.next();
    return String(value).split(' ');
  }

  async token(token: Uint8Array): Promise<{ readonly word: string; readonly token: Uint8Array }> {
    const [word = '', answer = '-'] = await this.ask('step', hex(token));
    return { word, token: word === 'error' || answer === '-' ? new Uint8Array(0) : fromHex(answer) };
  }

  stop(): void {
    this.#process.kill();
  }
}

beforeAll(() => {
  const source = fileURLToPath(new URL('c/gss_ntlm.c', import.meta.url));
  const compile = (side: string, libraries: readonly string[]): string =>
    run('gcc', ['-Wall', '-Wextra', '-Werror', '-O1', '-o', programOf(side), source, ...libraries]);
  // MIT's library in between takes no empty token, which is the acceptor's first.
  compile('accept', [`${LIBRARY}/gssntlmssp.so`, `-Wl,-rpath,${LIBRARY}`, '-lgssapi_krb5']);
  compile('initiate', ['-lgssapi_krb5']);
  writeFileSync(files.file('users'), 'LAB:ops:Secret.1\n', { mode: 0o600 });
});

afterEach(() => {
  for (const peer of running.splice(0)) peer.stop();
});

afterAll(() => files.remove());

describe('our client and gss-ntlmssp as acceptor', () => {
  const acceptor = () => new Peer(['accept'], { NTLM_USER_FILE: files.file('users') });
  const now = () => Date.now();

  test('agree on keys: MICs both ways and the signature of wrapped messages, with any sequence number', async () => {
    const peer = acceptor();
    const context = client(DATAGRAM_FORM, { now });
    context.step(null);
    const challenge = await peer.token(new Uint8Array(0));
    const done = await peer.token(context.step(challenge.token).token);
    expect(done.word).toBe('done');
    expect(await peer.ask('name')).toEqual(['ok', expect.stringMatching(/ops/)]);
    await exchangeMessages(peer, context.session);
  });

  test.each([
    ['a wrong password', credential('ops', 'guess')],
    ['an unknown user', credential('nobody', 'Secret.1')],
  ])('%s is refused', async (_, who) => {
    const peer = acceptor();
    const context = client(DATAGRAM_FORM, { now, credential: who });
    context.step(null);
    const challenge = await peer.token(new Uint8Array(0));
    expect((await peer.token(context.step(challenge.token).token)).word).toBe('error');
  });
});

describe('gss-ntlmssp as initiator and our server', () => {
  const initiator = (user: string, password: string) => new Peer(['initiate', user], { GSS_PASSWORD: password });

  test.each([false, true])(
    'agree on keys and messages (with the server’s time, hence a MIC: %s)',
    async (timestamp) => {
      const peer = initiator('LAB\\ops', 'Secret.1');
      const context = server(DATAGRAM_FORM, { now: () => Date.now(), timestamp });
      expect(await peer.token(new Uint8Array(0))).toEqual({ word: 'continue', token: new Uint8Array(0) });
      const challenge = context.step(null);
      if (challenge.kind !== 'challenge') throw new Error('no challenge');
      const answer = await peer.token(challenge.token);
      expect(answer.word).toBe('done');
      expect(context.step(answer.token)).toMatchObject({ kind: 'accepted', identity: { user: 'ops', domain: 'LAB' } });
      await exchangeMessages(peer, context.session);
    },
  );

  test.each([
    ['LAB\\ops', 'guess', 'wrong-password'],
    ['LAB\\nobody', 'Secret.1', 'unknown-user'],
  ])('%s with %s is refused: %s', async (user, password, refusal) => {
    const peer = initiator(user, password);
    const context = server(DATAGRAM_FORM, {
      now: () => Date.now(),
      accounts: new Accounts([account('ops', 'Secret.1')]),
    });
    await peer.token(new Uint8Array(0));
    const challenge = context.step(null);
    if (challenge.kind !== 'challenge') throw new Error('no challenge');
    const answer = await peer.token(challenge.token);
    expect(context.step(answer.token)).toMatchObject({ kind: 'refused', refusal });
  });
});

/**
 * gss-ntlmssp 1.2.0 makes the RC4 state of a message only between its text and its MAC: what it encrypts depends on the
 * message before, which datagrams may have lost ([MS-NLMP] 3.4 makes it before the text). So its sealed text is no judge of
 * ours; the signature in front of it is.
 */
async function exchangeMessages(peer: Peer, session: DatagramSession | null): Promise<void> {
  if (session === null) throw new Error('no session');
  for (const sequence of SEQUENCES) {
    expect(await peer.ask('verify', sequence, hex(PLAIN), hex(session.sign(PLAIN, sequence)))).toEqual(['ok', '-']);
    const [, mic = ''] = await peer.ask('mic', sequence, hex(PLAIN));
    expect(session.sequenceOf(fromHex(mic))).toBe(sequence);
    expect(session.verify(PLAIN, fromHex(mic), sequence)).toBe(true);
    expect(session.verify(PLAIN, fromHex(mic), sequence ^ 1)).toBe(false);
    const [, wrapped = ''] = await peer.ask('wrap', sequence, hex(PLAIN));
    expect(session.verify(PLAIN, fromHex(wrapped).subarray(0, 16), sequence)).toBe(true);
  }
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? '-' : toHex(bytes);
}
