import { ARTICLE_FILES, type ArticleFile, type Evidence } from '../../evidence/evidence.ts';
import { HOTFIX_REGISTRATIONS } from '../../evidence/registry-facts.ts';
import { FIXED_REVISION } from '../data/article-files.ts';
import { PACKAGE_ROWS } from '../data/packages.ts';
import { type Grounds, said } from './grounds.ts';

export interface HotfixFinding extends Grounds {
  /** Whether all places where a hotfix registers itself could be looked into. */
  readonly looked: boolean;
  /** The hotfix of the article itself is registered. */
  readonly registered: boolean;
  /** Files that registered packages should have brought at 5.0.2195.6662 or later, with the sentence that says by which. */
  readonly brought: ReadonlyMap<ArticleFile, string>;
  /** Files that a registered package brought in a version that no source tells, with the sentence that says by which. */
  readonly untold: ReadonlyMap<ArticleFile, string>;
}

/**
 * "A supported hotfix is available from Microsoft." A registration says that a package was installed once, not that its files are
 * still there; Service Pack 4 removes the registration of what it contains (KB300039), so that its absence says nothing there.
 */
export function hotfixRule(evidence: Evidence): HotfixFinding {
  const brought = new Map<ArticleFile, string>();
  const untold = new Map<ArticleFile, string>();
  const because: string[] = [];
  let registered = false;
  for (const fact of evidence.hotfixKey) {
    const key = fact.value;
    if (key === null) continue;
    const row = PACKAGE_ROWS.find((each) => each.package === key.package);
    const named = /^\d/.test(key.package) ? `hotfix ${key.package}` : key.package;
    if (key.installed === 0) {
      // No set-up program is known to write that: the key may be damaged, or what is left of a removal.
      const sentence = `${named} is registered with Installed 0 ${said(fact)}`;
      because.push(sentence);
      for (const name of ARTICLE_FILES)
        if (row?.allFiles === true || row?.revisions[name] !== undefined) untold.set(name, sentence);
      continue;
    }
    if (key.package === '814622') registered = true;
    because.push(`${named}${row?.bulletin ? ` (${row.bulletin})` : ''} is registered ${said(fact)}`);
    for (const name of ARTICLE_FILES) {
      const revision = row?.revisions[name] ?? 0;
      if (revision === 0 && row?.allFiles === true)
        untold.set(name, `${named} is registered and brings a version that is not known ${said(fact)}`);
      if (revision >= FIXED_REVISION && !brought.has(name))
        brought.set(name, `${named} is registered and brings 5.0.2195.${revision} ${said(fact)}`);
    }
  }
  const [first] = evidence.hotfixKey;
  if (first !== undefined && because.length === 0)
    because.push(`no package that carries the article's files is registered ${said(first)}`);
  const whole = !evidence.gaps.some(({ what }) => what === HOTFIX_REGISTRATIONS);
  return { looked: first !== undefined && whole, registered, brought, untold, because, contradictions: [] };
}
