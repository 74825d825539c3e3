import type { PortSnapshot } from '../ports/lease.ts';
import type { TimelinePoint } from './report.ts';

export const MAX_TIMELINE_POINTS = 1_000;

/**
 * At most a thousand points of any number: when it is full, every second one goes and from then on only every second is
 * taken, so that the same run keeps the same points.
 */
export class Timeline {
  #points: TimelinePoint[] = [];
  #stride = 1;
  #offered = 0;

  /** Offer points in the order of time. */
  offer(ms: number, ports: PortSnapshot): void {
    if (this.#offered++ % this.#stride !== 0) return;
    // One place stays free for the end of the run.
    if (this.#points.length === MAX_TIMELINE_POINTS - 1) {
      this.#points = this.#points.filter((_, index) => index % 2 === 0);
      this.#stride *= 2;
      if ((this.#offered - 1) % this.#stride !== 0) return;
    }
    this.#points.push(timelinePoint(ms, ports));
  }

  /** All points that were kept, and this one as the last. */
  end(ms: number, ports: PortSnapshot): readonly TimelinePoint[] {
    const last = timelinePoint(ms, ports);
    const before = this.#points.at(-1);
    const known = before !== undefined && JSON.stringify(before) === JSON.stringify(last);
    return known ? this.#points : [...this.#points, last];
  }
}

export function timelinePoint(ms: number, { inUse, closing, recycled, leaked }: PortSnapshot): TimelinePoint {
  return { ms, inUse, closing, recycled, leaked };
}
