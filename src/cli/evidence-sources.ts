import type { EvidenceSource } from '../evidence/gather.ts';
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
  /** Of `user`; `withPassword` finds it. */
  readonly password?: string | undefined;
  readonly smb1?: true | undefined;
  readonly smbPort?: number | undefined;
  readonly host?: string | undefined;
  readonly epmPort?: number | undefined;
}

const MAX_STDIN_BYTES = 512 << 20;

/** The same options with the password of `--user`, which is read once for all shares. */
export async function withPassword<Options extends SourceOptions>({ world }: CommandRun, options: Options) {
  const { user, passwordFile, passwordStdin } = options;
  if (user !== undefined) {
    const password = Buffer.from(await readPassword(world, options)).toString('utf16le');
    return { ...options, password };
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
  const { user, password, smb1, smbPort } = options;
  return {
    kind: 'share',
    share,
    options: {
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(smb1 === true && { smb1 }),
      ...(smbPort !== undefined && { port: smbPort }),
    },
  };
}

function hostSource({ signal }: CommandRun, host: string, { epmPort }: SourceOptions): EvidenceSource {
  return { kind: 'host', host, options: { signal, ...(epmPort !== undefined && { endpointMapperPort: epmPort }) } };
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
