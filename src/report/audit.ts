import { compareFileVersions, fileVersionText } from '../bytes/file-version.ts';
import { utcText } from '../bytes/utc-text.ts';
import { FIXED_REVISION, requiredFile } from '../diagnosis/data/article-files.ts';
import type { InstallationDiagnosis } from '../diagnosis/installation.ts';
import type { ClusterRole } from '../diagnosis/rules/cluster.ts';
import type { Exposure } from '../diagnosis/rules/exposure.ts';
import type { Verdict } from '../diagnosis/rules/verdict.ts';
import type { ArticleFile, Evidence, Fact, FileFact, FilePlace, Gap } from '../evidence/evidence.ts';
import type { PortPolicy } from '../ports/configuration.ts';
import type { PortPool } from '../ports/pool.ts';
import type { PortProblem } from '../ports/problems.ts';
import type { AuditChange } from './audit-baseline.ts';

export const FILE_MATCHES = [
  'exact',
  'later',
  'same-version-other-size',
  'older',
  'absent',
  'other-system',
  'unreadable',
] as const;
export type FileMatch = (typeof FILE_MATCHES)[number];

/** One of the three files of the hotfix, as it was found. */
export interface AuditFile {
  readonly name: ArticleFile;
  readonly place: FilePlace;
  readonly path: string;
  readonly version: string | null;
  /** Bytes. */
  readonly size: number | null;
  readonly modifiedUtc: string | null;
  readonly linkedUtc: string | null;
  readonly source: string;
  readonly problem: string | null;
  readonly expected: { readonly version: string; readonly size: number; readonly dateUtc: string };
  readonly match: FileMatch;
}

/** What `clusrpc audit --json` prints and `audit()` returns. */
export interface AuditReport {
  readonly schema: 'clusrpc/audit/1';
  readonly target: string;
  readonly system: {
    readonly name: string | null;
    readonly version: string | null;
    readonly build: number | null;
    /** 0: none. */
    readonly servicePack: number | null;
    readonly edition: string | null;
    readonly sources: readonly string[];
  };
  readonly cluster: ClusterRole;
  readonly files: readonly AuditFile[];
  readonly portConfig: {
    readonly valid: boolean;
    readonly problems: readonly PortProblem[];
    readonly remarks: readonly string[];
    readonly policy: PortPolicy | null;
    readonly pool: PortPool;
  } | null;
  readonly kb814622: {
    readonly verdict: Verdict;
    readonly exposure: Exposure;
    readonly because: readonly string[];
    readonly contradictions: readonly string[];
  };
  readonly gaps: readonly Gap[];
  readonly warnings: readonly string[];
  readonly advice: readonly string[];
  /** What is not as it was in the document of `--baseline`; null without one. */
  readonly changes: readonly AuditChange[] | null;
}

/** Several targets in one document. */
export interface AuditListReport {
  readonly schema: 'clusrpc/audit-list/1';
  readonly results: readonly AuditReport[];
}

export function auditReport(evidence: Evidence, diagnosis: InstallationDiagnosis): AuditReport {
  const { kind: _kind, ...system } = diagnosis.system;
  return {
    schema: 'clusrpc/audit/1',
    target: evidence.target,
    system: { name: evidence.computerName[0]?.value ?? null, ...system, sources: evidence.sources },
    cluster: diagnosis.cluster,
    files: evidence.files.map(auditFile),
    portConfig: diagnosis.ports,
    kb814622: {
      verdict: diagnosis.verdict,
      exposure: diagnosis.exposure,
      because: diagnosis.because,
      contradictions: diagnosis.contradictions,
    },
    gaps: evidence.gaps,
    warnings: evidence.warnings,
    advice: diagnosis.advice,
    changes: null,
  };
}

function auditFile({ value, source }: Fact<FileFact>): AuditFile {
  const { version, size, dateUtc } = requiredFile(value.name);
  return {
    name: value.name,
    place: value.place,
    path: value.path,
    version: value.version === null ? null : fileVersionText(value.version),
    size: value.size,
    modifiedUtc: utcText(value.modifiedMs),
    linkedUtc: utcText(value.linkedMs),
    source,
    problem: value.problem,
    expected: { version: fileVersionText(version), size, dateUtc },
    match: matchOf(value),
  };
}

/** The version decides; the size tells the article's own file from another build of the same number. */
function matchOf({ name, absent, version, size }: FileFact): FileMatch {
  if (version === null) return absent ? 'absent' : 'unreadable';
  const required = requiredFile(name);
  if (version[0] !== 5 || version[1] !== 0 || version[2] !== 2195) return 'other-system';
  if (version[3] < FIXED_REVISION) return 'older';
  if (compareFileVersions(version, required.version) > 0) return 'later';
  return size === required.size ? 'exact' : 'same-version-other-size';
}
