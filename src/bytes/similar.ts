/** Sentences of one kind that are told one by one. */
const FEW = 3;

/** Sentences that differ in nothing but numbers and places become one with their count, where they are more than a few. */
export function foldSimilar(sentences: readonly string[]): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const sentence of sentences) {
    const kind = sentence.replace(/0x[0-9a-f]+|\d+/gi, '#');
    const alike = kinds.get(kind);
    if (alike === undefined) kinds.set(kind, [sentence]);
    else alike.push(sentence);
  }
  return [...kinds.values()].flatMap((alike) =>
    alike.length <= FEW ? alike : [`${alike[0]} (and ${alike.length - 1} more like this)`],
  );
}
