import type { FileVersion } from '../../bytes/file-version.ts';
import type { ArticleFile } from '../../evidence/evidence.ts';

export interface ArticleFileRow {
  readonly name: ArticleFile;
  readonly version: FileVersion;
  /** Bytes. */
  readonly size: number;
  readonly dateUtc: string;
  readonly source: string;
}

/** The file table of KB814622, times in UTC. "(or later)": the version decides, size and date corroborate. */
export const ARTICLE_FILE_ROWS: readonly ArticleFileRow[] = [
  {
    name: 'ole32.dll',
    version: [5, 0, 2195, 6662],
    size: 944_400,
    dateUtc: '2003-03-18T21:33:00.000Z',
    source: 'KB814622',
  },
  {
    name: 'rpcrt4.dll',
    version: [5, 0, 2195, 6662],
    size: 432_400,
    dateUtc: '2003-03-18T21:26:00.000Z',
    source: 'KB814622',
  },
  {
    name: 'rpcss.dll',
    version: [5, 0, 2195, 6662],
    size: 187_664,
    dateUtc: '2003-03-18T21:33:00.000Z',
    source: 'KB814622',
  },
];

export function requiredFile(name: ArticleFile): ArticleFileRow {
  return ARTICLE_FILE_ROWS.find((row) => row.name === name) as ArticleFileRow;
}

/** The fourth number at and above which a file of build 2195 has the correction: Windows 2000 branches are linear (an inference). */
export const FIXED_REVISION = 6662;
export const WINDOWS_2000 = { major: 5, minor: 0, build: 2195 } as const;
