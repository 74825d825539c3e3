import { CALL_RULES, CAPTURE_RULES } from './findings/index.ts';
import type { CallCase, CaptureCase, CaptureRuling, Ruling } from './findings/rule.ts';
import { FINDING_IDS, type Finding, type FindingExample, type FindingId } from './types.ts';
import { endpointText } from './words.ts';

/** A hostile capture can make a title of its own for each status. */
const MAX_FINDINGS = 64;
const MAX_EXAMPLES = 5;

interface Gathered extends Omit<Finding, 'examples' | 'count' | 'firstMs' | 'lastMs'> {
  count: number;
  firstMs: number;
  lastMs: number;
  readonly examples: FindingExample[];
}

/** What the rules say, cases with the same title together. */
export class FindingList {
  readonly #gathered = new Map<string, Gathered>();
  readonly #baseMs: () => number;
  omitted = 0;

  constructor(baseMs: () => number) {
    this.#baseMs = baseMs;
  }

  /** The findings of a call. */
  judgeCall(each: CallCase): readonly FindingId[] {
    const ids: FindingId[] = [];
    for (const rule of CALL_RULES) {
      const ruling = rule.judge(each);
      if (ruling === null) continue;
      ids.push(rule.id);
      const { call, conversation } = each;
      const server = conversation.answeredFrom ?? conversation.asked;
      this.#add(rule.id, ruling, 1, [
        {
          frame: call.frame,
          ms: call.startMs - this.#baseMs(),
          client: endpointText(conversation.client),
          server: server === null ? null : endpointText(server),
          detail: ruling.detail,
        },
      ]);
    }
    return ids;
  }

  judgeCapture(capture: CaptureCase): void {
    for (const rule of CAPTURE_RULES) {
      for (const ruling of rule.judge(capture)) this.#add(rule.id, ruling, ruling.count, ruling.examples);
    }
  }

  /** Problems first, then as the rules stand in FINDING_IDS, then the more frequent. */
  list(): readonly Finding[] {
    const rank = ({ id, severity }: Finding): number =>
      FINDING_IDS.indexOf(id) + (severity === 'problem' ? 0 : FINDING_IDS.length);
    return [...this.#gathered.values()].sort((a, b) => rank(a) - rank(b) || b.count - a.count || a.firstMs - b.firstMs);
  }

  #add(
    id: FindingId,
    { severity, title, meaning, advice }: Omit<Ruling, 'detail'> | CaptureRuling,
    count: number,
    examples: readonly FindingExample[],
  ): void {
    const key = `${id} ${severity} ${title}`;
    const known = this.#gathered.get(key);
    if (known === undefined && this.#gathered.size >= MAX_FINDINGS) {
      this.omitted += count;
      return;
    }
    const times = examples.map(({ ms }) => ms);
    const finding = known ?? {
      id,
      severity,
      title,
      meaning,
      advice,
      count: 0,
      firstMs: times[0] ?? 0,
      lastMs: 0,
      examples: [],
    };
    this.#gathered.set(key, finding);
    finding.count += count;
    finding.firstMs = Math.min(finding.firstMs, ...times);
    finding.lastMs = Math.max(finding.lastMs, ...times);
    finding.examples.push(...examples.slice(0, MAX_EXAMPLES - finding.examples.length));
  }
}
