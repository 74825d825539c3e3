import { type FileVersion, fileVersionText } from '../../bytes/file-version.ts';
import { ARTICLE_FILES, type Evidence } from '../../evidence/evidence.ts';
import { FIXED_REVISION } from '../data/article-files.ts';
import { type FilesFinding, is2195 } from './files.ts';
import { type Grounds, said } from './grounds.ts';

export interface WaitingFinding extends Grounds {
  /** A restart will change what runs. */
  readonly restartPending: boolean;
}

/**
 * What lies beside the running files and can take their place: a replacement or deletion that waits for a restart in
 * PendingFileRenameOperations, and the stores from which Windows File Protection brings files back. The verdict stays with the file
 * that runs.
 */
export function waitingCopiesRule(evidence: Evidence, { files }: FilesFinding): WaitingFinding {
  const contradictions: string[] = [];
  let restartPending = false;
  for (const name of ARTICLE_FILES) {
    const running = files.find((file) => file.name === name);
    const rename = evidence.pendingRenames.find(({ value }) => endsWithName(value.to || value.from, name));
    if (rename !== undefined) {
      restartPending = true;
      const { from, to } = rename.value;
      const what = to === '' ? `${name} waits to be deleted` : `${from} waits to replace ${name}`;
      contradictions.push(`${what} at the next start: what runs now is not what will run ${said(rename)}`);
    }
    for (const fact of evidence.files) {
      if (fact.value.name !== name || fact.value.place === 'running' || !is2195(fact)) continue;
      const version = fact.value.version as FileVersion;
      const stored = version[3] >= FIXED_REVISION;
      const place = fact.value.place === 'dllcache' ? 'dllcache' : 'ServicePackFiles';
      if (running?.basis !== 'seen') continue;
      if (stored && running.state === 'unfixed') {
        contradictions.push(
          `${place} has ${name} ${fileVersionText(version)}, newer than the one that runs: an installation did not come to its end ${said(fact)}`,
        );
      }
      if (!stored && running.state === 'fixed' && place === 'dllcache') {
        contradictions.push(
          `dllcache has ${name} ${fileVersionText(version)}, older than the one that runs: Windows File Protection can bring it back ${said(fact)}`,
        );
      }
    }
  }
  return { restartPending, because: [], contradictions };
}

/** `!\??\C:\WINNT\system32\rpcrt4.dll`: the path may begin with `!` (replace what is there). */
function endsWithName(path: string, name: string): boolean {
  return path.toLowerCase().endsWith(`\\${name}`) && !/\\(dllcache|i386)\\[^\\]+$/i.test(path);
}
