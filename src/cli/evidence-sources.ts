import type { Credentials } from '../client/logon.ts';
import type { EvidenceSource } from '../evidence/gather.ts';
import type { ClusError } from '../status/errors.ts';
import { liveWindows } from '../windows/live-windows.ts';
import { usageError } from './exit.ts';
import { isStdin, readInput } from './files.ts';
import { type PasswordOptions, readPassword } from './password.ts';
import type { CommandRun } from './run.ts';

/** The options that say where the facts of one installation lie; `audit` and `ports` share them. */
export interface SourceOptions extends PasswordOptions {
  readonly live?: true | undefined;
  readonly remote?: string | undefined;
  readonly system32?: string | undefined;
  readonly hive?: readonly string[] | undefined;
  readonly reg?: string | undefined;
  readonly share?: string | undefined;
  readonly user?: string | undefined;
  /** Of `user`; `withPassword` makes it. */
  readonly account?: Account | undefined;
  readonly smb1?: true | undefined;
  readonly smbPort?: number | undefined;
  readonly host?: string | undefined;
  readonly epmPort?: number | undefined;
}

/** Who reads shares and hosts. After a refused logon no other host is asked in this name: each try could lock the account. */
class Account {
  readonly user: string;
  readonly password: string;
  #refusal: ClusError | null = null;

  constructor(user: string, password: string) {
    this.user = user;
    this.password = password;
  }

  get credentials(): Credentials {
    return {
      user: this.user,
      password: () => {
        if (this.#refusal !== null) throw this.#refusal;
        return this.password;
      },
    };
  }

  /** Remembers a failure when it was a refused logon. */
  learn(error: ClusError): void {
    if (error.stage === 'authenticate') this.#refusal ??= error;
  }
}

const MAX_STDIN_BYTES = 512 << 20;

/** The same options with the password of `--user`, which is read once for all shares and hosts. */
export async function withPassword<Options extends SourceOptions>({ world }: CommandRun, options: Options) {
  const { user, passwordFile, passwordStdin } = options;
  if (user !== undefined) {
    const password = Buffer.from(await readPassword(world, options)).toString('utf16le');
    return { ...options, account: new Account(user, password) };
  }
  if ((passwordFile ?? passwordStdin) !== undefined) throw usageError('as whom? --user is missing');
  return options;
}

/** All sources of one command line: together they describe one installation. */
export function evidenceSources(
  run: CommandRun,
  path: string | undefined,
  options: SourceOptions,
): readonly EvidenceSource[] {
  const sources: EvidenceSource[] = [];
  if (options.live === true) sources.push(liveSource(run));
  if (options.remote !== undefined) sources.push(remoteSource(run, options.remote));
  if (path !== undefined) sources.push(fileSource(run, 'path', path));
  if (options.system32 !== undefined) sources.push({ kind: 'dlls', path: options.system32 });
  for (const each of options.hive ?? []) sources.push(fileSource(run, 'hive', each));
  if (options.reg !== undefined) sources.push(fileSource(run, 'reg', options.reg));
  if (options.share !== undefined) sources.push(shareSource(options.share, options));
  if (options.host !== undefined) sources.push(hostSource(run, options.host, options));
  return sources;
}

/** Standard input holds a hive or an export; its content tells which. */
function fileSource({ world }: CommandRun, kind: 'path' | 'hive' | 'reg', path: string): EvidenceSource {
  if (!isStdin(path)) return { kind, path };
  const name = 'standard input';
  return { kind: 'bytes', name, read: () => readInput(world, path, 'the hive or registry export', MAX_STDIN_BYTES) };
}

/** A line of `--targets`: a share begins with two slashes, a host with `host:`; all else is a path. */
export function targetSource(run: CommandRun, line: string, options: SourceOptions): EvidenceSource {
  if (/^(\/\/|\\\\)/.test(line)) return shareSource(line, options);
  if (line.startsWith('host:')) return hostSource(run, line.slice(5).trim(), options);
  return { kind: 'path', path: line };
}

function shareSource(share: string, options: SourceOptions): EvidenceSource {
  const { account, smb1, smbPort } = options;
  return {
    kind: 'share',
    share,
    options: {
      ...(account && { user: account.user, password: account.password }),
      ...(smb1 === true && { smb1 }),
      ...(smbPort !== undefined && { port: smbPort }),
    },
  };
}

function hostSource({ signal }: CommandRun, host: string, { epmPort, account }: SourceOptions): EvidenceSource {
  return {
    kind: 'host',
    host,
    options: {
      signal,
      ...(epmPort !== undefined && { endpointMapperPort: epmPort }),
      ...(account && { credentials: account.credentials }),
    },
  };
}

/** Through the Remote Registry service and ADMIN$, with the rights of the user who runs this. */
function remoteSource({ signal }: CommandRun, machine: string): EvidenceSource {
  demandWindows('--remote reads another machine through this Windows');
  const name = machine.replace(/^\\\\/, '');
  return { kind: 'live', name, windows: liveWindows(`\\\\${name}\\ADMIN$`, { signal, machine: name }) };
}

function demandWindows(what: string): void {
  if (process.platform === 'win32') return;
  throw usageError(
    `${what}, and this is ${process.platform}`,
    'Give the directory of a system drive, hives, a registry export, a share, or what `clusrpc collector` gathered.',
  );
}

function liveSource({ world, signal }: CommandRun): EvidenceSource {
  demandWindows('--live reads the Windows that clusrpc runs on');
  const systemRoot = world.env.SystemRoot ?? world.env.SYSTEMROOT ?? 'C:\\Windows';
  return { kind: 'live', name: 'this Windows', windows: liveWindows(systemRoot, { signal }) };
}
