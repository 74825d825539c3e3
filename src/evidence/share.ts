import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemReason } from '../bytes/input-file.ts';
import { LocalMisuseError, TransportError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { ARTICLE_FILES, type FilePlace, type Gap, type PartialEvidence } from './evidence.ts';
import { fileFacts } from './file-facts.ts';

/** How a share is logged on to; the password is never an argument of a program. */
export interface ShareOptions {
  /** `DOMAIN\name` or `name`; without one the share is asked as a guest. */
  readonly user?: string;
  readonly password?: string;
  /** Windows 2000 speaks SMB 1 only, which has no protection worth the name: it is used when asked for by name. */
  readonly smb1?: boolean;
  readonly port?: number;
  /** ms for each call of smbclient; 30 000 by default. */
  readonly timeout?: number;
  readonly smbclient?: string;
}

const PLACES = [
  { place: 'running', below: 'system32' },
  { place: 'dllcache', below: 'system32\\dllcache' },
  { place: 'service-pack-files', below: 'ServicePackFiles\\i386' },
] as const;
/** `ADMIN$` is the system root itself, `C$` a drive that has one. */
const ROOTS = ['', 'WINNT\\', 'Windows\\'];
const MAX_FILE = 64 << 20;
/** ms between two looks at the size of what is being read. */
const LOOK_EVERY = 50;

/**
 * The article's files out of a share of a running Windows, through Samba's smbclient. The hives are locked while Windows runs, so
 * that the registry stays a gap. The password goes by environment, never by argument. Throws LocalMisuseError for a name that is no
 * share, TransportError with smbclient's own words when the share cannot be read.
 */
export async function fromShare(share: string, options: ShareOptions = {}): Promise<PartialEvidence> {
  const name = share.replaceAll('\\', '/').replace(/\/$/, '');
  if (!/^\/\/[^/\s"]+\/[^/\s"]+$/.test(name)) {
    throw invalidOption(`${share} is no share; a share is //host/ADMIN$`);
  }
  if (options.user?.includes('%') === true) {
    // What smbclient takes from there on for the password would stand in its argument list, which every user can read.
    throw invalidOption('the name of an account has no %: the password is an option of its own');
  }
  const directory = temporaryDirectory();
  try {
    const root = await rootOf(name, options);
    const parts = [];
    for (const { place, below } of PLACES)
      parts.push(await filesOf(name, `${root}${below}`, place, directory, options));
    const gaps: Gap[] = [
      { what: 'registry', source: `share ${name}`, reason: 'the hives are locked while Windows runs' },
    ];
    const warnings =
      options.smb1 === true ? [`${name} was read over SMB 1: who sits between can read and change it`] : [];
    return { sources: [`share ${name}`], files: parts.flatMap((part) => part.files ?? []), gaps, warnings };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function temporaryDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'clusrpc-share-'));
  } catch (cause) {
    throw new LocalMisuseError(`no directory can be made in ${tmpdir()}: ${systemReason(cause)}`, {
      code: 'ERR_CLUSRPC_INVALID_INPUT',
      advice: 'Let TMPDIR name a directory that can be written.',
      cause,
    });
  }
}

async function rootOf(share: string, options: ShareOptions): Promise<string> {
  for (const root of ROOTS) {
    const { status, output } = await smbclient(share, `ls "${root}system32"`, options);
    if (status === 0 && !/NT_STATUS_(NO_SUCH_FILE|OBJECT_)/.test(output)) return root;
    if (!/NT_STATUS_(NO_SUCH_FILE|OBJECT_)/.test(output)) throw shareError(share, output);
  }
  throw new TransportError(`${share} has no system32 in it, nor in a WINNT or Windows below`);
}

/** Downloads what is there and not larger than any DLL, keeps its time, and reads it as a directory is read. */
async function filesOf(
  share: string,
  path: string,
  place: FilePlace,
  directory: string,
  options: ShareOptions,
): Promise<PartialEvidence> {
  const target = mkdtempSync(join(directory, `${place}-`));
  for (const file of ARTICLE_FILES) {
    const info = await smbclient(share, `allinfo "${path}\\${file}"`, options);
    const size = Number(
      /\[(\d+)\] bytes|^size:\s+(\d+)/im
        .exec(info.output)
        ?.slice(1)
        .find((digits) => digits !== undefined) ?? 0,
    );
    if (/NT_STATUS_(NO_SUCH_FILE|OBJECT_)/.test(info.output)) continue;
    if (info.status !== 0) throw shareError(share, info.output);
    if (size > MAX_FILE) throw tooLarge(share, `${path}\\${file}`);
    const local = join(target, file);
    const got = await smbclient(share, `get "${path}\\${file}" "${local}"`, options, local);
    if (sizeOf(local) > MAX_FILE) throw tooLarge(share, `${path}\\${file}`);
    if (got.status !== 0 || /NT_STATUS_/.test(got.output)) throw shareError(share, got.output);
    const written = Date.parse(/^write_time:\s+(.+)$/im.exec(info.output)?.[1] ?? '');
    if (!Number.isNaN(written)) utimesSync(local, written / 1000, written / 1000);
  }
  const files = fileFacts(target, place, `share ${share}`, { expectAll: place === 'running' });
  return {
    files: files.map((fact) => ({
      ...fact,
      value: { ...fact.value, path: `${share}/${path}/${fact.value.name}`.replaceAll('\\', '/') },
    })),
  };
}

function tooLarge(share: string, file: string): TransportError {
  return new TransportError(`${share}: ${file} has more than the ${MAX_FILE} bytes that are read`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Ends it when `target`, which it writes, grows beyond any DLL: what the server said of its size is not what it sends. */
function smbclient(
  share: string,
  command: string,
  options: ShareOptions,
  target?: string,
): Promise<{ status: number; output: string }> {
  const { user, password, port, timeout = 30_000, smb1 = false } = options;
  const args = [share, '-c', command];
  if (port !== undefined) args.push('-p', String(port));
  args.push(...(user === undefined ? ['-N'] : ['-U', user.replace('\\', '/')]));
  if (smb1) args.push('--option=client min protocol=NT1');
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...(password === undefined ? {} : { PASSWD: password }) };
  return new Promise((resolve, reject) => {
    const child = spawn(options.smbclient ?? 'smbclient', args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout });
    const look = setInterval(() => {
      if (target !== undefined && sizeOf(target) > MAX_FILE) child.kill('SIGKILL');
    }, LOOK_EVERY);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (output.length < 1 << 20) output += chunk.toString('utf8');
      });
    }
    child.on('error', (cause) => {
      clearInterval(look);
      const advice = 'Install it (apt-get install smbclient), or copy the files and give their directory.';
      reject(
        new TransportError('smbclient cannot be started', { code: 'ERR_CLUSRPC_UNAVAILABLE_BACKEND', cause, advice }),
      );
    });
    child.on('close', (status, signal) => {
      clearInterval(look);
      if (signal === null || signal === 'SIGKILL') resolve({ status: status ?? 1, output });
      else reject(new TransportError(`${share} did not answer within ${timeout} ms`, { code: 'ERR_CLUSRPC_TIMEOUT' }));
    });
  });
}

function shareError(share: string, output: string): TransportError {
  const words = output.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  const old = /NT_STATUS_(CONNECTION_|INVALID_NETWORK_RESPONSE|NOT_SUPPORTED|CONNECTION_RESET)/.test(output);
  const advice = old
    ? 'Windows 2000 speaks SMB 1 only: `smb1: true`.'
    : 'The share asks for an account with administrative rights: `user`.';
  return new TransportError(`${share} cannot be read: ${words}`, { advice });
}
