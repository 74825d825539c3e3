import { fileVersionText } from '../bytes/file-version.ts';
import type { ArticleFileRow } from '../diagnosis/data/article-files.ts';
import { windowsName } from '../diagnosis/data/windows-names.ts';
import type { Exposure } from '../diagnosis/rules/exposure.ts';
import type { Verdict } from '../diagnosis/rules/verdict.ts';
import type { AuditFile, AuditReport, FileMatch } from './audit.ts';

/** The verdict in one sentence. */
export const VERDICT_SENTENCES: Readonly<Record<Verdict, string>> = {
  affected: 'This installation leaks firewall ports: the correction of KB814622 is not there.',
  partly: 'The correction of KB814622 is there in part: not all of its files are.',
  fixed: 'The correction of KB814622 is there.',
  'not-applicable': 'KB814622 does not apply: this is not Windows 2000.',
  unknown: 'The facts at hand do not tell.',
};

export const EXPOSURE_SENTENCES: Readonly<Record<Exposure, string>> = {
  'limited-ports': 'RPC is limited to a list of ports: there a leak ends in a hang.',
  unlimited: 'RPC is not limited to a list of ports: there a leak is hardly felt.',
  unknown: 'It is not known whether RPC is limited to a list of ports.',
};

const MATCH_WORDS: Readonly<Record<FileMatch, string>> = {
  exact: 'the file of the article',
  later: 'later',
  'same-version-other-size': 'right version, other size',
  older: 'older',
  absent: 'absent',
  'other-system': 'of another Windows',
  unreadable: 'unreadable',
};

const PLACE_WORDS: Readonly<Record<AuditFile['place'], string>> = {
  running: '',
  dllcache: 'dllcache',
  'service-pack-files': 'ServicePackFiles',
};

/** `good`: nothing to do; `bad`: something to do; `unclear`: cannot tell. */
export function toneOf(verdict: Verdict): 'good' | 'bad' | 'unclear' {
  if (verdict === 'affected' || verdict === 'partly') return 'bad';
  return verdict === 'unknown' ? 'unclear' : 'good';
}

export function matchTone(match: FileMatch): 'good' | 'bad' | 'unclear' {
  if (match === 'older' || match === 'absent') return 'bad';
  return match === 'exact' || match === 'later' ? 'good' : 'unclear';
}

/** `Windows 5.0.2195, Service Pack 3, Advanced Server` */
export function systemText({ system }: Pick<AuditReport, 'system'>): string {
  const { version, build, servicePack, edition } = system;
  const windows = version === null ? 'Windows of unknown version' : windowsName(version, build);
  const pack =
    servicePack === null
      ? 'service pack unknown'
      : servicePack === 0
        ? 'no service pack'
        : `Service Pack ${servicePack}`;
  return [
    edition === null ? windows : `${windows} ${edition}`,
    ...(build === null ? [] : [`build ${build}`]),
    pack,
  ].join(', ');
}

/** What the installation is to a cluster; nothing where it is no node or no source says. */
export function roleLines({ cluster }: Pick<AuditReport, 'cluster'>): readonly string[] {
  const { installed, installation, service } = cluster;
  const parts = [
    ...(installed === true ? ['the Cluster service is installed'] : []),
    ...(service === null || service === 'none' ? [] : [`it is ${service}`]),
    ...(installation === null || installation === 'none' ? [] : [`installation state: ${installation}`]),
  ];
  return parts.length === 0 ? [] : [parts.join(', ')];
}

export function changeLines(changes: AuditReport['changes']): readonly string[] {
  if (changes === null) return [];
  if (changes.length === 0) return ['none since the baseline'];
  return changes.map((change) => `${change.what}: ${change.before ?? '–'} → ${change.after ?? '–'}`);
}

/** A row of the file table; `local` writes a UTC time in the time of the reader. */
export function fileCells(file: AuditFile, local: (utc: string) => string): readonly string[] {
  const place = PLACE_WORDS[file.place];
  const { modifiedUtc, expected } = file;
  return [
    place === '' ? file.name : `${file.name} (${place})`,
    file.version ?? '–',
    file.size === null ? '–' : String(file.size),
    modifiedUtc === null ? '–' : `${minuteText(modifiedUtc)} UTC (${local(modifiedUtc)})`,
    expectedText(expected),
    MATCH_WORDS[file.match],
  ];
}

/** The row of a file that no source showed. */
export function unseenFileCells({ name, version, size, dateUtc }: ArticleFileRow): readonly string[] {
  return [name, 'not seen', '–', '–', expectedText({ version: fileVersionText(version), size, dateUtc }), 'not known'];
}

function expectedText({ version, size, dateUtc }: AuditFile['expected']): string {
  return `${version}, ${size} bytes, ${minuteText(dateUtc)} UTC`;
}

export const FILE_COLUMNS = ['File', 'Found', 'Bytes', 'Modified', 'Required, or later', 'Verdict'] as const;

function minuteText(utc: string): string {
  return utc.slice(0, 16).replace('T', ' ');
}
