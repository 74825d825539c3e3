import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RT_VERSION = '16';
const SIGNATURE = Buffer.from('bd04effe00000100', 'hex');

type Version = readonly number[] | null;

const known = new Map<string, Version>();

/** The file versions of PE files; each is looked at once. */
export async function versionsOf(files: readonly string[]): Promise<ReadonlyMap<string, Version>> {
  const rest = files.filter((file) => !known.has(file));
  const worker = async (): Promise<void> => {
    for (let file = rest.pop(); file !== undefined; file = rest.pop()) known.set(file, await independentVersion(file));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return known;
}

/** The file version of a PE file as wrestool of icoutils finds it; null where it finds no version resource. */
async function independentVersion(file: string): Promise<Version> {
  const options = { encoding: 'buffer', maxBuffer: 1 << 24 } as const;
  const { stdout } = await run('wrestool', ['--extract', '--raw', `--type=${RT_VERSION}`, file], options).catch(
    (error: { stdout?: Buffer }) => ({ stdout: error.stdout ?? Buffer.alloc(0) }),
  );
  const at = stdout.indexOf(SIGNATURE);
  if (at === -1 || stdout.length < at + 16) return null;
  const [most, least] = [stdout.readUInt32LE(at + 8), stdout.readUInt32LE(at + 12)];
  return [most >>> 16, most & 0xffff, least >>> 16, least & 0xffff];
}
