/** The four numbers of a Windows file version, as VS_FIXEDFILEINFO holds them: major, minor, build, revision. */
export type FileVersion = readonly [major: number, minor: number, build: number, revision: number];

/** Negative when `a` is the older one. Number by number, never as text: 699 is older than 6662. */
export function compareFileVersions(a: FileVersion, b: FileVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

export function fileVersionText(version: FileVersion): string {
  return version.join('.');
}

/** Reads `5.0.2195.6662`; null for anything that is not four numbers of 16 bits. */
export function parseFileVersion(text: string): FileVersion | null {
  const match = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})\.(\d{1,5})$/.exec(text.trim());
  if (match === null) return null;
  const [major, minor, build, revision] = match.slice(1).map(Number) as [number, number, number, number];
  return Math.max(major, minor, build, revision) <= 0xffff ? [major, minor, build, revision] : null;
}
