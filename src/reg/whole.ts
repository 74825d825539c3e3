import { foldName, splitKeyPath } from './path.ts';

/**
 * What Windows 2000 keeps in a key of HKEY_LOCAL_MACHINE whatever has been set up there: names of values, of subkeys with a backslash
 * before them, `\*` for any subkey. A key that somebody wrote by hand to change one value has none of them, nor has HKEY_CURRENT_USER.
 */
const KEPT: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'SOFTWARE\\Microsoft\\Rpc': [
      'DCOM Protocols',
      '\\ClientProtocols',
      '\\ServerProtocols',
      '\\SecurityService',
      '\\NameService',
      '\\NetBios',
    ],
    'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion': ['CurrentVersion', 'CurrentBuildNumber'],
    'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\HotFix': ['\\*'],
    'SOFTWARE\\Microsoft\\Updates': ['\\*'],
    'SYSTEM\\CurrentControlSet\\Control\\Windows': ['Directory', 'SystemDirectory', 'ErrorMode', 'ShutdownTime'],
    'SYSTEM\\CurrentControlSet\\Control\\Session Manager': ['BootExecute', 'ExcludeFromKnownDlls', '\\Environment'],
    'SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters': ['DataBasePath', 'Hostname', 'NV Hostname', 'Domain'],
  }).map(([path, names]) => [foldName(path), names.map(foldName)]),
);

/** What of one key can be looked up, by folded names. */
export interface KeyContent {
  hasValue(name: string): boolean;
  /** Without a name: any. */
  hasSubkey(name?: string): boolean;
}

/** Whether a key at that path below HKEY_LOCAL_MACHINE is as Windows keeps it, so that what it lacks is not there. */
export function isWholeKey(path: string, content: KeyContent): boolean {
  const kept = KEPT.get(folded(path));
  if (kept === undefined) return true;
  return kept.some((name) => {
    if (!name.startsWith('\\')) return content.hasValue(name);
    return name === '\\*' ? content.hasSubkey() : content.hasSubkey(name.slice(1));
  });
}

/** Whether `isWholeKey` may ask for the key at that folded path. */
export function tellsWholeness(path: string): boolean {
  const end = path.lastIndexOf('\\');
  const kept = KEPT.get(path.slice(0, Math.max(end, 0)));
  return KEPT.has(path) || (kept?.some((name) => name === '\\*' || name === path.slice(end)) ?? false);
}

/** The keys below `path`, or that one itself, of which it is known what Windows keeps in them; folded. */
export function keptKeysBelow(path: string): readonly string[] {
  const top = folded(path);
  return [...KEPT.keys()].filter((each) => each === top || top === '' || each.startsWith(`${top}\\`));
}

function folded(path: string): string {
  return foldName(splitKeyPath(path).join('\\'));
}
