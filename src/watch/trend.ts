export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The median slope of all pairs of points (Theil and Sen): one burst or one gap in a long series does not move it.
 * 0 for fewer than two points.
 */
export function medianSlope(points: readonly Point[]): number {
  const slopes: number[] = [];
  eachPair(points, (a, b) => {
    if (b.x !== a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  });
  return median(slopes);
}

/**
 * The Mann-Kendall statistic as a standard normal value, corrected for ties: how surely a series rises, whatever the
 * shape. 0 for a series that does not move.
 */
export function trendScore(points: readonly Point[]): number {
  let score = 0;
  eachPair(points, (a, b) => {
    score += Math.sign(b.y - a.y);
  });
  const n = points.length;
  const spread = (count: number): number => count * (count - 1) * (2 * count + 5);
  const ties = [...countEqual(points).values()].reduce((sum, count) => sum + spread(count), 0);
  const variance = (spread(n) - ties) / 18;
  return variance <= 0 ? 0 : (score - Math.sign(score)) / Math.sqrt(variance);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function eachPair(points: readonly Point[], visit: (earlier: Point, later: Point) => void): void {
  points.forEach((earlier, i) => {
    for (let j = i + 1; j < points.length; j++) visit(earlier, points[j] as Point);
  });
}

function countEqual(points: readonly Point[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { y } of points) counts.set(y, (counts.get(y) ?? 0) + 1);
  return counts;
}
