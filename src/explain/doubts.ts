import type { Doubt, RpcTotals, SourceFacts } from './types.ts';

export interface DoubtCase {
  readonly source: SourceFacts;
  readonly rpc: RpcTotals;
  /** Conversations with calls of which only answers are in the capture. */
  readonly answersOnly: number;
  /** Calls without a result for which no finding gives a reason. */
  readonly unexplained: number;
}

/** What the capture cannot show, so that without a problem nobody may say that nothing is wrong. */
export function doubtsOf({
  source: { kinds, damage, cutShortAt, snapped },
  rpc,
  answersOnly,
  unexplained,
}: DoubtCase): Doubt[] {
  const { results, recognition } = rpc;
  const cut = kinds.cutShort + recognition.cutShort + recognition.cutHeaders;
  const all: readonly Doubt[] = [
    {
      id: 'not-looked-into',
      count: kinds.unknownLink + kinds.unknownTunnel,
      text: 'packets could not be looked into: a link type that is not read here, encryption, or an unknown tunnel',
    },
    {
      id: 'cut-short',
      count: cut,
      text: `packets were cut by the snap length${snapped === null ? '' : ` of ${snapped.bytes} bytes`}, and what their end says is unknown: capture whole packets (tcpdump -s 0)`,
    },
    { id: 'incomplete', count: damage === null && cutShortAt === null ? 0 : 1, text: 'file is damaged or cut short' },
    {
      id: 'one-direction',
      count: results.unseen + answersOnly,
      text: 'calls or conversations of which only one direction is in the capture: it was taken where answers take another way',
    },
    {
      id: 'no-answer-wanted',
      count: results['not-expected'],
      text: 'calls want no answer, so that nothing shows whether they arrived',
    },
    { id: 'no-result', count: unexplained, text: 'calls had no result when the capture ended' },
  ];
  return all.filter(({ count }) => count > 0);
}
