/** The four numbers of a Windows file version, as VS_FIXEDFILEINFO holds them: major, minor, build, revision. */
export type FileVersion = readonly [major: number, minor: number, build: number, revision: number];

/** Negative when `a` is the older one. Number by number, never as text: 699 is older than 6662. */
export function compareFileVersions(a: FileVersion, b: FileVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

export function fileVersionText(version: FileVersion): string {
  return version.join('.');
}
