import type { PartialEvidence } from './evidence.ts';

/** What one way of asking a machine has shown. */
export interface Shown<Refusal> {
  readonly part: PartialEvidence;
  /** Why it showed nothing; null: it did. */
  readonly refusal: Refusal | null;
}

/** A machine may show one thing and close the others: what it does not show is a gap. */
export async function shown<Refusal extends Error>(
  what: string,
  source: string,
  read: () => Promise<PartialEvidence>,
  isRefusal: (error: unknown) => error is Refusal,
  reasonOf: (refusal: Refusal) => string = ({ message }) => message,
): Promise<Shown<Refusal>> {
  try {
    return { part: await read(), refusal: null };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { part: { gaps: [{ what, source, reason: reasonOf(error) }] }, refusal: error };
  }
}
