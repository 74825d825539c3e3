import { type Tone, text, type Verdict, verdictBox } from './page.ts';

/** From the worst on. */
const TONES: readonly Tone[] = ['bad', 'unclear', 'good'];

/** What several come to: how many there are of each tone, in words, and the tone of the worst; of none: unclear. */
export function countedTones(
  tones: readonly Tone[],
  words: Readonly<Record<Tone, string>>,
): { readonly tone: Tone; readonly said: readonly string[] } {
  const counts = TONES.map((tone) => ({ tone, many: tones.filter((each) => each === tone).length }));
  const found = counts.filter(({ many }) => many > 0);
  return { tone: found[0]?.tone ?? 'unclear', said: found.map(({ tone, many }) => `${many} ${words[tone]}`) };
}

export function worstFirst<Row extends { readonly tone: Tone }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
}

/** One of several: its verdict, and the rest folded under `summary`, which is not printed. */
export function foldedSection(title: string, verdict: Verdict, summary: string, parts: readonly string[]): string {
  const all = parts.filter((part) => part !== '').join('\n');
  return `<section>\n<h2>${text(title)}</h2>\n${verdictBox(verdict)}\n<details>\n<summary>${text(summary)}</summary>\n${all}\n</details>\n</section>`;
}
