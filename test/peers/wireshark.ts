import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = {
  tshark: 'tshark',
  editcap: 'wireshark-common',
  mergecap: 'wireshark-common',
  text2pcap: 'wireshark-common',
} as const;

const MAX_OUTPUT = 256 * 1024 * 1024;

export type WiresharkTool = keyof typeof PACKAGES;

/** Runs a tool of Wireshark to its end. A missing tool is an error that names the apt package: never a skipped test. */
export function wireshark(tool: WiresharkTool, args: readonly string[]): string {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', maxBuffer: MAX_OUTPUT, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${tool} is missing: apt-get install -y --no-install-recommends ${PACKAGES[tool]}`);
  }
}

/** Calls `use` with a directory that is gone afterwards. */
export function withDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'clusrpc-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One row a packet that `filter` lets through, one column a field; the first value where a field comes twice. */
export function tsharkFields(
  capture: Uint8Array,
  fields: readonly string[],
  filter: string,
  options: readonly string[] = [],
): string[][] {
  return withDirectory((directory) => {
    const file = join(directory, 'capture');
    writeFileSync(file, capture);
    const columns = fields.flatMap((field) => ['-e', field]);
    const args = ['-n', '-r', file, '-Y', filter, '-T', 'fields', '-E', 'occurrence=f', ...options, ...columns];
    const lines = wireshark('tshark', args)
      .split('\n')
      .filter((line) => line !== '');
    return lines.map((line) => line.split('\t'));
  });
}

/** What a converter makes of `input`; `args` stand before the names of the two files. */
export function convert(tool: 'editcap' | 'text2pcap', args: readonly string[], input: Uint8Array | string): Buffer {
  return withDirectory((directory) => {
    const [from, to] = [join(directory, 'in'), join(directory, 'out')];
    writeFileSync(from, input);
    wireshark(tool, [...args, from, to]);
    return readFileSync(to);
  });
}
