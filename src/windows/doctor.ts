import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { type ClusError, isClusError } from '../status/errors.ts';
import { Win32Error } from '../status/win32-error.ts';
import { NODE_CLUSTER_STATES } from './cluster-api.ts';
import { clusapiPath, FFI_PACKAGES, probePackage } from './ffi/functions.ts';
import { liveFileVersion } from './file-version.ts';
import { type AddonOptions, loadAddon } from './load-addon.ts';
import { localCall, nativeClusterApi } from './native-cluster.ts';

/** One thing that this machine has or lacks, and what to do about a lack that matters. */
export interface DoctorFact {
  readonly name: string;
  readonly available: boolean;
  readonly detail: string;
  readonly advice: string | null;
}

/** Everything that `doctor` looked at. */
export interface DoctorFacts {
  readonly platform: string;
  readonly arch: string;
  readonly node: string;
  readonly backends: readonly DoctorFact[];
  /** Programs that this package can work with, found along PATH. */
  readonly peers: readonly DoctorFact[];
  readonly rights: readonly DoctorFact[];
}

const PEERS = [
  { name: 'tshark', use: 'reads captures of RPC', advice: 'Install Wireshark to look into captures.' },
  { name: 'smbclient', use: 'reads the files of an ADMIN$ share', advice: 'Install smbclient to audit over a share.' },
] as const;

export interface DoctorOptions extends AddonOptions {
  /** ms that clusapi.dll has to say whether this machine is a node: 5 000 by default. */
  readonly timeout?: number | undefined;
}

/** Which backends, peers and rights this machine has. Never rejects: a lack is a fact. */
export async function doctorFacts(options: DoctorOptions = {}): Promise<DoctorFacts> {
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    backends: [
      addonFact(options),
      await clusterClientFact(options),
      ...FFI_PACKAGES.map(ffiFact),
      { name: 'wire', available: true, detail: 'our own RPC, needs nothing', advice: null },
      { name: 'emulated', available: true, detail: 'needs nothing', advice: null },
    ],
    peers: PEERS.map(peerFact),
    rights: [await elevationFact(options)],
  };
}

function addonFact(options: AddonOptions): DoctorFact {
  try {
    return { name: 'native', available: true, detail: loadAddon(options).file, advice: null };
  } catch (error) {
    return lacking('native', error);
  }
}

async function clusterClientFact({ timeout = 5_000, ...options }: DoctorOptions): Promise<DoctorFact> {
  const name = 'clusapi.dll';
  try {
    const state = await nativeClusterApi(options).nodeClusterState(null, { timeout });
    const detail = `${await clusapiVersion(options)}answers; this machine as a node: ${stateName(state)}`;
    return { name, available: true, detail, advice: null };
  } catch (error) {
    const asked = (error instanceof Win32Error && error.syscall !== 'LoadLibraryExW') || isLate(error);
    if (!asked) return lacking(name, error);
    // The DLL is there: it was asked, and what it knows of this node is not needed to open other clusters.
    return {
      name,
      available: true,
      detail: `is there; whether this machine is a node: ${error.message}`,
      advice: null,
    };
  }
}

/** `10.0.20348.1 `, or nothing where the file does not say. */
async function clusapiVersion(options: AddonOptions): Promise<string> {
  const { fileVersion } = await liveFileVersion(clusapiPath(), options).catch(() => ({ fileVersion: null }));
  return fileVersion === null ? '' : `${fileVersion.join('.')} `;
}

function isLate(error: unknown): error is ClusError {
  return isClusError(error) && (error.code === 'ERR_CLUSRPC_TIMEOUT' || error.code === 'ERR_CLUSRPC_NO_FREE_THREAD');
}

function stateName(state: number): string {
  return (NODE_CLUSTER_STATES as Readonly<Record<number, string>>)[state] ?? `state ${state}`;
}

function ffiFact(from: (typeof FFI_PACKAGES)[number]): DoctorFact {
  const { name, problem } = probePackage(from);
  const available = problem === null && process.platform === 'win32';
  const detail = problem ?? (available ? 'loads' : `loads, but there is no clusapi.dll on ${process.platform}`);
  return { name: `ffi (${name})`, available, detail, advice: null };
}

function peerFact({ name, use, advice }: (typeof PEERS)[number]): DoctorFact {
  const file = onPath(name);
  if (file !== undefined) return { name, available: true, detail: file, advice: null };
  return { name, available: false, detail: `not on PATH; ${use}`, advice };
}

async function elevationFact(options: AddonOptions): Promise<DoctorFact> {
  const name = 'administrator';
  if (process.platform !== 'win32') {
    const root = process.getuid?.() === 0;
    return { name, available: root, detail: root ? 'runs as root' : 'runs as an ordinary user', advice: null };
  }
  try {
    const elevated = await localCall<boolean>('GetTokenInformation', '', options, (addon, settle) =>
      addon.isElevated(settle),
    );
    const advice = elevated ? null : 'Run elevated to read the registry and the ADMIN$ share of another machine.';
    return { name, available: elevated, detail: elevated ? 'elevated' : 'not elevated', advice };
  } catch (error) {
    return lacking(name, error);
  }
}

function lacking(name: string, error: unknown): DoctorFact {
  const advice = isClusError(error) ? (error.advice ?? null) : null;
  return { name, available: false, detail: error instanceof Error ? error.message : String(error), advice };
}

function onPath(program: string): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.com', '.cmd'] : [''];
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((directory) => directory !== '');
  return directories.flatMap((directory) => endings.map((ending) => path.join(directory, program + ending))).find(runs);
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
