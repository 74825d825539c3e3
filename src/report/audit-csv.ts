import { ARTICLE_FILES } from '../evidence/evidence.ts';
import type { AuditReport } from './audit.ts';
import { printable } from './text/printable.ts';

const COLUMNS = [
  'target',
  'name',
  'version',
  'build',
  'servicePack',
  'edition',
  'verdict',
  'exposure',
  'pool',
  ...ARTICLE_FILES.flatMap((name) => [name, `${name} match`]),
  'contradictions',
  'gaps',
];

/** One line a target behind a head (RFC 4180). */
export function auditCsv(reports: readonly AuditReport[]): string {
  return [COLUMNS, ...reports.map(auditRow)].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function auditRow({ target, system, kb814622, portConfig, files, gaps }: AuditReport): readonly string[] {
  const { name, version, build, servicePack, edition } = system;
  const running = ARTICLE_FILES.flatMap((file) => {
    const found = files.find((each) => each.name === file && each.place === 'running');
    return [found?.version ?? '', found?.match ?? ''];
  });
  const pool = portConfig === null ? null : portConfig.pool.size;
  const facts = [target, name, version, build, servicePack, edition, kb814622.verdict, kb814622.exposure, pool];
  return [
    ...facts.map((value) => String(value ?? '')),
    ...running,
    kb814622.contradictions.join('; '),
    gaps.map((gap) => gap.what).join('; '),
  ];
}

/** Control characters become escapes. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
function csvCell(content: string): string {
  const text = printable(content);
  const harmless = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
