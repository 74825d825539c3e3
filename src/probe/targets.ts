import { readFileBytes } from '../bytes/input-file.ts';
import { LocalMisuseError } from '../status/errors.ts';

/** Larger than any list of clusters; what is more is another kind of file. */
const MAX_BYTES = 1 << 20;

/** The targets of a file, one a line; `#` begins a comment. Throws LocalMisuseError that names file and line. */
export function readTargets(file: string): string[] {
  const bytes = readFileBytes(file, MAX_BYTES, { what: 'the targets file' });
  return parseTargets(decode(bytes), file);
}

/** As readTargets; `name` stands for the file in errors. */
export function parseTargets(text: string, name: string): string[] {
  const targets = text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const target = line.replace(/#.*$/, '').trim();
    if (target === '') return [];
    const problem = problemOf(target);
    if (problem !== null) {
      throw new LocalMisuseError(`${name}, line ${index + 1}: ${problem}`, { code: 'ERR_CLUSRPC_INVALID_INPUT' });
    }
    return [target];
  });
  if (targets.length > 0) return targets;
  throw new LocalMisuseError(`${name} names no target`, { code: 'ERR_CLUSRPC_INVALID_INPUT' });
}

/** Why a target can be none: a host name or an IP address is meant. Null: it can. */
export function problemOf(target: string): string | null {
  const shown = JSON.stringify(target.length > 80 ? `${target.slice(0, 80)}…` : target);
  if (target.trim() === '') return 'the name of a target is empty';
  if (/\s/.test(target)) return `${shown} holds a space: one target a line`;
  if (!/^[\p{L}\p{N}._:%-]+$/u.test(target) || target.startsWith('-')) {
    return `${shown} is not a host name or IP address`;
  }
  if (/^[^:]+:\d+$/.test(target))
    return `${shown} holds a port: that of the endpoint mapper goes to endpointMapperPort, apart from the host`;
  return target.length > 255 ? `${shown} is too long for a host name` : null;
}

/** Windows' editors save UTF-16 with a byte order mark, and UTF-8 with one too. */
function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
