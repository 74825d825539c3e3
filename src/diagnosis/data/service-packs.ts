interface ServicePackRow {
  readonly level: number;
  /** Day of release; sources differ by some weeks for the first three. */
  readonly date: string;
  /** Fourth number of 5.0.2195 that marks the media; single files have numbers of their own. */
  readonly marker: number;
  readonly hasFix: boolean;
  readonly source: string;
}

/** Windows 2000 ended with Service Pack 4. "This problem was first corrected in Microsoft Windows 2000 Service Pack 4." */
const SERVICE_PACK_ROWS: readonly ServicePackRow[] = [
  { level: 0, date: '2000-02-17', marker: 1, hasFix: false, source: 'general knowledge' },
  { level: 1, date: '2000-08-15', marker: 1620, hasFix: false, source: 'VirtualBox media detection' },
  { level: 2, date: '2001-05-16', marker: 2951, hasFix: false, source: 'general knowledge' },
  { level: 3, date: '2002-08-29', marker: 5438, hasFix: false, source: 'VirtualBox media detection' },
  { level: 4, date: '2003-06-26', marker: 6717, hasFix: true, source: 'VirtualBox media detection, KB814622' },
];

export const FIRST_FIXED_SERVICE_PACK = Math.min(
  ...SERVICE_PACK_ROWS.filter((row) => row.hasFix).map((row) => row.level),
);
export const LAST_SERVICE_PACK = Math.max(...SERVICE_PACK_ROWS.map((row) => row.level));
