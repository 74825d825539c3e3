import { compareFileVersions, type FileVersion, fileVersionText } from '../../bytes/file-version.ts';
import { ARTICLE_FILES, type ArticleFile, type Evidence, type Fact, type FileFact } from '../../evidence/evidence.ts';
import { FIXED_REVISION, requiredFile, WINDOWS_2000 } from '../data/article-files.ts';
import { FIRST_FIXED_SERVICE_PACK } from '../data/service-packs.ts';
import { type Grounds, said } from './grounds.ts';
import type { HotfixFinding } from './hotfix.ts';
import type { ServicePackFinding } from './service-pack.ts';

/** `seen`: the version of the file itself; `inferred`: the registry says which it should be. */
export interface FileState {
  readonly name: ArticleFile;
  readonly state: 'fixed' | 'unfixed' | 'unknown';
  readonly basis: 'seen' | 'inferred' | 'none';
  readonly because: string;
}

export interface FilesFinding extends Grounds {
  readonly files: readonly FileState[];
}

/**
 * "The Global version of this fix has the file attributes (or later) that are listed in the following table." The version that is
 * seen decides; only for a file that no source shows the registry is asked. Several copies that run: the oldest decides.
 */
export function filesRule(evidence: Evidence, pack: ServicePackFinding, hotfix: HotfixFinding): FilesFinding {
  const contradictions: string[] = [];
  const files = ARTICLE_FILES.map((name): FileState => {
    const running = evidence.files.filter((fact) => fact.value.name === name && fact.value.place === 'running');
    const seen = oldest(running);
    if (seen === undefined) return inferredState(name, running, pack, hotfix);
    const { version, source } = seen;
    const state = version[3] >= FIXED_REVISION ? 'fixed' : 'unfixed';
    const newest = running.find(
      (fact) => is2195(fact) && compareFileVersions(fact.value.version as FileVersion, version) > 0,
    );
    if (newest !== undefined)
      contradictions.push(
        `${name} is ${fileVersionText(version)} (${source}) and ${fileVersionText(newest.value.version as FileVersion)} ${said(newest)}`,
      );
    if (state === 'unfixed') contradictions.push(...registryDisagrees(name, version, pack, hotfix));
    const relation = state === 'fixed' ? 'which is 5.0.2195.6662 or later' : 'older than 5.0.2195.6662';
    return { name, state, basis: 'seen', because: `${name} is ${fileVersionText(version)}, ${relation} (${source})` };
  });
  return { files, because: files.map((file) => file.because), contradictions };
}

export function is2195({ value: { version } }: Fact<FileFact>): boolean {
  return (
    version !== null &&
    version[0] === WINDOWS_2000.major &&
    version[1] === WINDOWS_2000.minor &&
    version[2] === WINDOWS_2000.build
  );
}

function oldest(facts: readonly Fact<FileFact>[]): { version: FileVersion; source: string } | undefined {
  return facts
    .filter(is2195)
    .map((fact) => ({ version: fact.value.version as FileVersion, source: fact.source }))
    .sort((a, b) => compareFileVersions(a.version, b.version))[0];
}

function inferredState(
  name: ArticleFile,
  running: readonly Fact<FileFact>[],
  pack: ServicePackFinding,
  hotfix: HotfixFinding,
): FileState {
  const [unreadable] = running;
  const shown = unreadable === undefined ? `${name} was not seen` : `${name}: ${problemOf(unreadable)}`;
  const inferred = (state: FileState['state'], why: string): FileState => ({
    name,
    state,
    basis: 'inferred',
    because: `${shown}; ${why}`,
  });
  // A file that was looked for, and is missing or of another system, is not what the registry says it should be.
  if (unreadable !== undefined) return { name, state: 'unknown', basis: 'none', because: shown };
  const [packText] = pack.because;
  if (pack.level !== null && pack.level >= FIRST_FIXED_SERVICE_PACK)
    return inferred('fixed', `${packText}, which brings ${fileVersionText(requiredFile(name).version)} or later`);
  const brought = hotfix.brought.get(name);
  if (brought !== undefined) return inferred('fixed', brought);
  const untold = hotfix.untold.get(name);
  if (untold !== undefined) return { name, state: 'unknown', basis: 'none', because: `${shown}; ${untold}` };
  if (pack.level !== null && hotfix.looked)
    return inferred('unfixed', `${packText}, and no registered package brings a later one`);
  return { name, state: 'unknown', basis: 'none', because: shown };
}

function problemOf(fact: Fact<FileFact>): string {
  const { version, problem } = fact.value;
  return version === null
    ? `${problem} ${said(fact)}`
    : `${fileVersionText(version)} is not a version of Windows 2000 ${said(fact)}`;
}

function registryDisagrees(
  name: ArticleFile,
  version: FileVersion,
  pack: ServicePackFinding,
  hotfix: HotfixFinding,
): string[] {
  const text = `${name} is ${fileVersionText(version)}`;
  const disagreements: string[] = [];
  if (pack.level !== null && pack.level >= FIRST_FIXED_SERVICE_PACK) {
    disagreements.push(`${pack.because[0]}, but ${text}, older than any file of that service pack`);
  }
  const brought = hotfix.brought.get(name);
  if (brought !== undefined) disagreements.push(`${brought}, but ${text}`);
  return disagreements;
}
