import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditSchema } from '../../src/report/schema/index.ts';
import { cli } from '../cli/in-process.ts';
import { makeDrive } from '../evidence/made-drive.ts';
import { configureSamba } from './samba.ts';
import { need, scratch } from './tools.ts';

const here = scratch();
const servers: ChildProcess[] = [];
const PASSWORD = 'only for this test';
let modern = 0;
let old = 0;

beforeAll(async () => {
  need('smbd', 'smbclient', 'smbpasswd');
  makeDrive(here.file('drive'), { revision: 6089 });
  modern = await startSamba('modern', 'SMB2', 'SMB3');
  old = await startSamba('old', 'NT1', 'NT1');
});

afterAll(async () => {
  for (const server of servers) {
    if (server.exitCode !== null) continue;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  here.remove();
});

const env = { CLUSRPC_PASSWORD: PASSWORD };
const words = (share: string, port: number): string[] => [
  'audit',
  '--share',
  share,
  '--smb-port',
  String(port),
  '--user',
  'root',
  '--json',
];

test('a share that is the system root tells the files, and says that it cannot tell the registry', async () => {
  const { code, stdout } = await cli(words('//127.0.0.1/ADMIN$', modern), { env });
  const report = auditSchema.parse(JSON.parse(stdout));
  expect(code).toBe(1);
  expect(report.kb814622).toMatchObject({ verdict: 'affected', exposure: 'unknown' });
  expect(report.files.map((file) => [file.name, file.place, file.version])).toEqual([
    ['ole32.dll', 'running', '5.0.2195.6089'],
    ['rpcrt4.dll', 'running', '5.0.2195.6089'],
    ['rpcss.dll', 'running', '5.0.2195.6089'],
    ['rpcrt4.dll', 'dllcache', '5.0.2195.6089'],
  ]);
  expect(report.files[0]?.modifiedUtc).toBe('2003-03-18T21:33:00.000Z');
  expect(report.files[0]?.path).toBe('//127.0.0.1/ADMIN$/system32/ole32.dll');
  expect(report.gaps).toEqual([expect.objectContaining({ what: 'registry' })]);
});

test('a share of the whole drive is searched for its system root', async () => {
  const { code } = await cli(words('\\\\127.0.0.1\\C$', modern), { env });
  expect(code).toBe(1);
});

test('SMB 1 is used when asked for by name, with a warning, and advised where nothing else is spoken', async () => {
  const refused = await cli(words('//127.0.0.1/ADMIN$', old), { env });
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/--smb1/) });
  const { code, stdout } = await cli([...words('//127.0.0.1/ADMIN$', old), '--smb1'], { env });
  expect(code).toBe(1);
  expect(auditSchema.parse(JSON.parse(stdout)).warnings.join()).toMatch(/read over SMB 1/);
});

test('a wrong password and a share that is not there end in what smbclient says', async () => {
  const wrong = await cli(words('//127.0.0.1/ADMIN$', modern), { env: { CLUSRPC_PASSWORD: 'wrong' } });
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/LOGON_FAILURE[\s\S]*--user/) });
  const nowhere = await cli(words('//127.0.0.1/NOWHERE', modern), { env });
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/BAD_NETWORK_NAME/) });
  expect(await cli(['audit', '--share', 'no share'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/is no share/),
  });
  expect(await cli(words('//127.0.0.1/ADMIN$', modern))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/which password/),
  });
});

/** A Samba server of one protocol on loopback, with directories of its own and without a process group of ours: it makes its own and ends it as a whole. */
async function startSamba(name: string, min: string, max: string): Promise<number> {
  const port = await freePort();
  const config = configureSamba(here.file(name), PASSWORD, [
    `smb ports = ${port}`,
    `server min protocol = ${min}`,
    `server max protocol = ${max}`,
    '[ADMIN$]',
    `path = ${here.file('drive')}/WinNT`,
    '[C$]',
    `path = ${here.file('drive')}`,
  ]);
  const server = spawn('smbd', ['-F', '-s', config], { stdio: 'ignore' });
  servers.push(server);
  await listening(port, server);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Asks until somebody listens. */
async function listening(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => setTimeout(resolve, 50, false));
    });
    if (open) return;
  }
  throw new Error(`smbd ended with ${server.exitCode}`);
}
