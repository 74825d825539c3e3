import { toHex } from '../../bytes/hex.ts';
import type { ClHeader } from '../../pdu/cl/index.ts';
import { callsOf, type SequenceRule, sequenceNumber } from './dialect.ts';

/** Most tokens remembered of a sender whose rule is not known. */
const MAX_TOKENS = 4096;

/** The rules that give every call numbers of its own. */
const DISTINCT: readonly SequenceRule[] = ['call-fragment', 'call'];

/**
 * Nothing protects the header of a datagram, so that a PDU may be put under another header and sent again. Its token may
 * not: it belongs to the call and fragment under which it came first. Once a number has shown which rule its sender follows,
 * all have to follow it and no token need be remembered. Where the numbers of the chosen rule come again with each call, a
 * replay cannot be told from a new call and passes.
 */
export class ReplayGuard {
  readonly #distinct: boolean;
  /** What explains every number so far. */
  #rules = DISTINCT;
  readonly #places = new Map<string, string>();

  constructor(chosen: SequenceRule) {
    this.#distinct = DISTINCT.includes(chosen);
  }

  /** Whether a PDU whose token verified is where its sender put it. */
  admit(header: ClHeader, token: Uint8Array, number: number): boolean {
    if (!this.#distinct) return true;
    const [only, other] = this.#rules;
    if (only !== undefined && other === undefined) return explains(only, header, number);
    const rules = this.#rules.filter((rule) => explains(rule, header, number));
    const key = toHex(token);
    const place = `${header.sequence}.${header.fragment}`;
    const before = this.#places.get(key);
    if (before !== undefined) return before === place;
    this.#rules = rules;
    if (this.#places.size < MAX_TOKENS) this.#places.set(key, place);
    return this.#places.has(key);
  }
}

function explains(rule: SequenceRule, header: ClHeader, number: number): boolean {
  return sequenceNumber(rule, header) === number && header.sequence < callsOf(rule);
}
