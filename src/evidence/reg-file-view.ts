import type { RandomAccess } from '../bytes/random-access.ts';
import { exportedControlSet, inControlSet } from '../reg/control-set.ts';
import { decisiveKeys, exportedKeys, keysByPath } from '../reg/exported-keys.ts';
import { parseReg } from '../reg/parse.ts';
import { REGISTRY_PATHS } from './registry-facts.ts';
import type { RegistryView } from './registry-view.ts';

/**
 * A registry export. It holds a key with everything below, so that what is missing below an exported key is not there, and of
 * everything else the file cannot speak. A file that somebody wrote to change a value has keys that are not whole, and proves nothing
 * by what it lacks. Throws RemoteProtocolError for what is no export.
 */
export function regFileView(name: string, bytes: RandomAccess): RegistryView {
  const file = parseReg(bytes, { keep: decisiveKeys(REGISTRY_PATHS) });
  const keys = keysByPath(file);
  const { set, warning } = exportedControlSet(file);
  const finders = [exportedKeys(keys, (path) => path)];
  if (set !== null)
    finders.push(
      exportedKeys(keys, (path) => path.replace(/^SYSTEM\\(.*)$/i, (_, rest) => `SYSTEM\\${inControlSet(rest, set)}`)),
    );
  return {
    source: `export ${name}`,
    warnings: [
      ...file.warnings.map(({ line, message }) => `${name}, line ${line}: ${message}`),
      ...(warning === null ? [] : [`${name}: ${warning}`]),
    ],
    key(path) {
      const found = finders.map((find) => find(path)).find((each) => each !== undefined);
      return found && { ...found.key, whole: found.whole, timeMs: null, damage: null };
    },
  };
}
