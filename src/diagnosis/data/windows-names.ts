/** Client and server releases of one number are told apart by their build where that differs. */
const NAMES: Readonly<Record<string, string>> = {
  '4.0': 'Windows NT 4.0',
  '5.0': 'Windows 2000',
  '5.1': 'Windows XP',
  '5.2': 'Windows Server 2003',
  '6.0': 'Windows Vista or Server 2008',
  '6.1': 'Windows 7 or Server 2008 R2',
  '6.2': 'Windows 8 or Server 2012',
  '6.3': 'Windows 8.1 or Server 2012 R2',
};
const BUILD_OF_2000 = 2195;
/** From version 10.0 on `CurrentVersion` of the registry stays 6.3, and the build alone tells (Windows release information). */
const BUILDS_OF_10 = [
  { from: 26_100, name: 'Windows 11 or Server 2025' },
  { from: 22_000, name: 'Windows 11' },
  { from: 20_348, name: 'Windows Server 2022' },
  { from: 10_240, name: 'Windows 10, Server 2016 or 2019' },
];

/** The name that people know a Windows by: `Windows 2000` for 5.0. */
export function windowsName(version: string, build: number | null): string {
  if (version === '5.0' && build !== null && build < BUILD_OF_2000) return 'a beta of Windows 2000';
  const late = version === '6.3' || version === '10.0';
  const of10 = late && BUILDS_OF_10.find(({ from }) => build !== null && build >= from);
  return of10 ? of10.name : (NAMES[version] ?? `Windows ${version}`);
}
