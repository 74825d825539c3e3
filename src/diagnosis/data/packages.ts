import type { ArticleFile } from '../../evidence/evidence.ts';

export interface PackageRow {
  /** The number of the article, or the name of the rollup. */
  readonly package: string;
  readonly bulletin: string | null;
  /** `YYYY-MM-DD`, or as much of it as is known. */
  readonly date: string;
  /** Lowest fourth number of 5.0.2195 that the package brings; a file of which no number is known is left out. */
  readonly revisions: Partial<Readonly<Record<ArticleFile, number>>>;
  /** It brings all three files, also those of which no number is known. */
  readonly allFiles?: true;
  readonly source: string;
}

/** Packages for Windows 2000 that carry the article's files: thresholds of vulnerability scanners, so at least these numbers. */
export const PACKAGE_ROWS: readonly PackageRow[] = [
  {
    package: '331953',
    bulletin: 'MS03-010',
    date: '2003-03-26',
    revisions: { 'rpcrt4.dll': 6106 },
    source: 'Nessus 11485',
  },
  {
    package: '814622',
    bulletin: null,
    date: '2003-03-18',
    revisions: { 'ole32.dll': 6662, 'rpcrt4.dll': 6662, 'rpcss.dll': 6662 },
    source: 'KB814622',
  },
  {
    package: '823980',
    bulletin: 'MS03-026',
    date: '2003-07-16',
    revisions: { 'rpcrt4.dll': 6753 },
    allFiles: true,
    source: 'Nessus 11790',
  },
  {
    package: '824146',
    bulletin: 'MS03-039',
    date: '2003-09-10',
    revisions: { 'rpcrt4.dll': 6753 },
    allFiles: true,
    source: 'Nessus 11790',
  },
  {
    package: '828741',
    bulletin: 'MS04-012',
    date: '2004-04-13',
    revisions: { 'rpcrt4.dll': 6904 },
    allFiles: true,
    source: 'Nessus MS04-012 check',
  },
  {
    package: '842070',
    bulletin: null,
    date: '2004',
    revisions: { 'rpcrt4.dll': 6904 },
    source: 'KB842070, on top of MS04-012',
  },
  {
    package: '873333',
    bulletin: 'MS05-012',
    date: '2005-02-08',
    revisions: { 'ole32.dll': 7021 },
    source: 'Nessus MS05-012 check',
  },
  {
    package: '902400',
    bulletin: 'MS05-051',
    date: '2005-10-11',
    revisions: { 'ole32.dll': 7059 },
    source: 'Nessus MS05-051 check',
  },
  {
    package: '917736',
    bulletin: 'MS06-031',
    date: '2006-06',
    revisions: { 'rpcrt4.dll': 7085 },
    source: 'Nessus MS06-031 check',
  },
  {
    package: '933729',
    bulletin: 'MS07-058',
    date: '2007-10-09',
    revisions: { 'rpcrt4.dll': 7090 },
    source: 'Nessus MS07-058 check',
  },
  {
    package: '970238',
    bulletin: 'MS09-026',
    date: '2009-06',
    revisions: { 'rpcrt4.dll': 7281 },
    source: 'Nessus MS09-026 check',
  },
];
