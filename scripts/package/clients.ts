import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
/** What the clients themselves call. No compiler, no make, no Python. */
const PROGRAMS = ['sh', 'env'];
const LONGEST = 300_000;

/** A package client: where it comes from, and what installs first without a lock file and then from it. */
interface Client {
  readonly name: string;
  readonly from: string;
  readonly script: string;
  readonly commands: readonly (readonly string[])[];
}

const NPM = [
  ['install', '--no-audit', '--no-fund'],
  ['ci', '--no-audit', '--no-fund'],
];
const PNPM = [['install'], ['install', '--frozen-lockfile']];

export const CLIENTS: readonly Client[] = [
  { name: 'npm 8', from: 'npm@8', script: 'npm/bin/npm-cli.js', commands: NPM },
  { name: 'npm 10', from: 'npm@10', script: 'npm/bin/npm-cli.js', commands: NPM },
  { name: 'npm 11', from: 'npm@11', script: 'npm/bin/npm-cli.js', commands: NPM },
  { name: 'pnpm 8', from: 'pnpm@8', script: 'pnpm/bin/pnpm.cjs', commands: PNPM },
  { name: 'pnpm 9', from: 'pnpm@9', script: 'pnpm/bin/pnpm.cjs', commands: PNPM },
  { name: 'pnpm 10', from: 'pnpm@10', script: 'pnpm/bin/pnpm.cjs', commands: PNPM },
  {
    name: 'yarn 1',
    from: 'yarn@1',
    script: 'yarn/bin/yarn.js',
    commands: [
      ['install', '--non-interactive'],
      ['install', '--non-interactive', '--frozen-lockfile'],
    ],
  },
  {
    name: 'yarn 4',
    from: '@yarnpkg/cli-dist@4',
    script: '@yarnpkg/cli-dist/bin/yarn.js',
    commands: [['install'], ['install', '--immutable']],
  },
];

export interface Installed {
  readonly client: string;
  readonly node: string;
  /** Null: installed twice, without and from a lock file, imported, and nothing was built. */
  readonly problem: string | null;
  readonly warnings: readonly string[];
}

/** A place for clients, tarball and caches, all of which go with `remove`. */
export interface Workshop {
  install(client: Client, node?: string): Promise<Installed>;
  /** node of that major version, from the registry. */
  node(major: number): Promise<string>;
  remove(): void;
}

export async function workshop(): Promise<Workshop> {
  const directory = mkdtempSync(path.join(tmpdir(), 'clusrpc-clients-'));
  const packed = await run('npm', ['pack', '--json', '--pack-destination', directory], { cwd: ROOT });
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [{ filename: string }];
  const tarball = path.join(directory, filename);
  const registry = (await run('npm', ['config', 'get', 'registry'])).stdout.trim();
  const fetched = async (from: string): Promise<string> => {
    const home = path.join(directory, from.replaceAll(/\W/g, '-'));
    if (!existsSync(home)) {
      mkdirSync(home);
      const options = ['install', '--prefix', home, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', from];
      await run('npm', options, { cwd: home, timeout: LONGEST });
    }
    return path.join(home, 'node_modules');
  };
  let projects = 0;
  return {
    async install(client, node = process.execPath) {
      projects += 1;
      const project = path.join(directory, `project-${projects}`);
      const bin = path.join(project, 'bin');
      mkdirSync(bin, { recursive: true });
      symlinkSync(node, path.join(bin, 'node'));
      for (const name of PROGRAMS) {
        symlinkSync((await run('sh', ['-c', `command -v ${name}`])).stdout.trim(), path.join(bin, name));
      }
      const manifest = { name: 'project', private: true, type: 'module', dependencies: { clusrpc: `file:${tarball}` } };
      writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest));
      const env = clientEnvironment(directory, bin, registry);
      const script = path.join(await fetched(client.from), client.script);
      const said: string[] = [];
      const version = (await run(node, ['--version'])).stdout.trim();
      const result = { client: client.name, node: version };
      try {
        for (const command of client.commands) {
          rmSync(path.join(project, 'node_modules'), { recursive: true, force: true });
          const { stdout, stderr } = await run(node, [script, ...command], { cwd: project, env, timeout: LONGEST });
          said.push(stdout, stderr);
        }
        const use = "import('clusrpc').then(({ openCluster }) => process.exit(openCluster ? 0 : 1))";
        await run(node, ['-e', use], { cwd: project, env });
        const built = ['build', 'native/build'].find((name) =>
          existsSync(path.join(project, 'node_modules/clusrpc', name)),
        );
        return {
          ...result,
          problem: built === undefined ? null : `it left ${built} behind`,
          warnings: warningsOf(said),
        };
      } catch (error) {
        return { ...result, problem: firstWords(error), warnings: warningsOf(said) };
      }
    },
    async node(major) {
      const name = `node-${process.platform}-${process.arch}`;
      return path.join(await fetched(`${name}@${major}`), name, 'bin/node');
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function clientEnvironment(directory: string, bin: string, registry: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) =>
    /^(NODE_EXTRA_CA_CERTS|SSL_CERT|\w+_proxy$)/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    PATH: bin,
    HOME: directory,
    CI: '',
    npm_config_registry: registry,
    npm_config_update_notifier: 'false',
    npm_config_store_dir: path.join(directory, 'store'),
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
    YARN_NODE_LINKER: 'node-modules',
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_CACHE_FOLDER: path.join(directory, 'yarn-cache'),
  };
}

/** Lines that warn about this package; those about others, and about a project without a licence, are not ours. */
function warningsOf(said: readonly string[]): readonly string[] {
  const lines = said
    .flatMap((text) => text.split('\n'))
    .filter((line) => /warn|YN0002|YN0060|YN0086|ignored build/i.test(line));
  return [
    ...new Set(lines.filter((line) => /clusrpc|koffi|ffi-napi|build scripts/i.test(line)).map((line) => line.trim())),
  ];
}

function firstWords(error: unknown): string {
  const {
    stdout = '',
    stderr = '',
    message = String(error),
  } = error as { stdout?: string; stderr?: string; message?: string };
  const lines = `${stderr}\n${stdout}\n${message}`.split('\n').filter((line) => /err|fail|gyp|python/i.test(line));
  return (lines[0] ?? message).trim().slice(0, 160);
}
