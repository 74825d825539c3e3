import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type NamespaceRun, runBeside } from './namespace.ts';
import { need, run, type Scratch } from './tools.ts';

const DCERPCD = '/usr/libexec/samba/samba-dcerpcd';

export interface Samba {
  /** Runs a program in its network. Its exit code is a result. */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<NamespaceRun>;
  stop(): Promise<void>;
}

export interface SambaOptions {
  readonly directory: Scratch;
  readonly password: string;
  /** A .reg file for its registry. */
  readonly registry: string;
}

/** Samba's endpoint mapper at TCP 135 and its winreg behind it, in a network of its own, with the user root. */
export async function startSamba({ directory, password, registry }: SambaOptions): Promise<Samba> {
  need('unshare', 'nsenter', 'ip', 'smbpasswd', 'net', 'ss', DCERPCD);
  const config = configureSamba(directory.file('samba'), password, [
    'workgroup = LAB',
    'rpc start on demand helpers = no',
  ]);
  run('net', ['-s', config, 'registry', 'import', registry]);
  const script = `ip link set lo up && smbd -D -s ${config} && exec ${DCERPCD} -F -s ${config} --libexec-rpcds`;
  const child = spawn('unshare', ['-n', 'sh', '-c', script], { stdio: 'ignore', detached: true });
  const beside: Samba['run'] = (program, args, env) => runBeside(child, program, args, { env, root: true });
  await listening(child, beside);
  return { run: beside, stop: () => stopped(child) };
}

/** The smb.conf of a Samba on loopback with directories of its own and one user, root. */
export function configureSamba(directory: string, password: string, lines: readonly string[]): string {
  mkdirSync(directory);
  const config = `${directory}/smb.conf`;
  const own = ['private dir', 'lock directory', 'state directory', 'cache directory', 'pid directory', 'ncalrpc dir'];
  const common = [
    '[global]',
    'interfaces = 127.0.0.1',
    'bind interfaces only = yes',
    'disable netbios = yes',
    'load printers = no',
    `log file = ${directory}/log`,
    ...own.map((key) => `${key} = ${directory}`),
  ];
  writeFileSync(config, `${[...common, ...lines].join('\n')}\n`);
  run('smbpasswd', ['-c', config, '-a', '-s', 'root'], { input: `${password}\n${password}\n` });
  return config;
}

/** Asks until mapper and file server listen; the mapper's other services have their ports by then. */
async function listening(child: ChildProcess, beside: Samba['run']): Promise<void> {
  while (child.exitCode === null) {
    const { output } = await beside('ss', ['-Hltn']);
    if (output.includes(':135 ') && output.includes(':445 ')) return;
  }
  throw new Error(`samba-dcerpcd ended with ${child.exitCode}`);
}

/** With all that it has started, smbd and its helpers among them. */
function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) return resolve();
    child.once('exit', () => resolve());
    process.kill(-child.pid, 'SIGTERM');
  });
}
