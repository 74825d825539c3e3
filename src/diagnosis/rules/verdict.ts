import type { FileState, FilesFinding } from './files.ts';
import type { Grounds } from './grounds.ts';
import type { SystemFinding } from './system.ts';

export const VERDICTS = ['affected', 'partly', 'fixed', 'not-applicable', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface VerdictFinding extends Grounds {
  readonly verdict: Verdict;
}

/**
 * The datagram runtime lives in rpcrt4.dll: while that file is old the port leaks whatever the others are. With it renewed but one of
 * the other two old the set of the article is not complete.
 */
export function verdictRule(system: SystemFinding, { files }: FilesFinding): VerdictFinding {
  const say = (verdict: Verdict, ...because: readonly string[]): VerdictFinding => ({
    verdict,
    because,
    contradictions: [],
  });
  if (system.kind === 'other') return say('not-applicable');
  if (system.kind === 'unknown') return say('unknown');
  const runtime = files.find((file) => file.name === 'rpcrt4.dll') as FileState;
  if (runtime.state === 'unfixed')
    return say('affected', 'the datagram RPC runtime lives in rpcrt4.dll, and that file has not the correction');
  if (runtime.state === 'unknown') return say('unknown', 'rpcrt4.dll decides, and nothing tells its version');
  const old = files.filter((file) => file.state === 'unfixed').map((file) => file.name);
  if (old.length > 0)
    return say(
      'partly',
      `rpcrt4.dll has the correction, ${old.join(' and ')} not: the three files of the article belong together`,
    );
  const hidden = files.filter((file) => file.state === 'unknown').map((file) => file.name);
  if (hidden.length > 0)
    return say('unknown', `rpcrt4.dll has the correction, but nothing tells the version of ${hidden.join(' and ')}`);
  return say('fixed', 'all three files of the article have the correction');
}
