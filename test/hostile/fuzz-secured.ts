import { AUTH_LEVEL } from '../../src/auth/datagram/level.ts';
import { decodeCl } from '../../src/pdu/cl/index.ts';
import { seededRandom } from '../../src/transport/random.ts';
import { ntlmPair, padded } from '../auth/datagram/kit.ts';
import { CLIENT, SERVER } from '../machine/cl/pair.ts';

export interface SecuredFuzzOptions {
  readonly level: 'integrity' | 'privacy';
  readonly padding: 'outside' | 'protected';
  /** Whether the octet of the header is changed whose flags say where a message ends, or all others. */
  readonly flags: boolean;
}

export interface SecuredFuzzResult {
  readonly flips: number;
  /** Messages that reached an application, on either side, as they were sent. */
  readonly whole: number;
  /** … as some of their fragments from the first one on. */
  readonly cut: number;
  /** … otherwise. */
  readonly altered: number;
  /** Calls that the server executed more than once. */
  readonly repeated: number;
  /** Datagrams with results, or at privacy with arguments, in clear. */
  readonly told: number;
}

const SIZES = [0, 4, 9, 16, 100, 911, 912, 3_000, 9_001];
const PER_PAIR = 24;
const MARK = Buffer.from('the quorum disk!');
const FLAGS1_AT = 2;

/** Secured exchanges in which every datagram comes first with bits changed, one in each copy, and then as it was sent. */
export async function fuzzSecured(
  count: number,
  seed: number,
  { level, padding, flags }: SecuredFuzzOptions,
): Promise<SecuredFuzzResult> {
  const random = seededRandom(seed);
  const result = { flips: 0, whole: 0, cut: 0, altered: 0, repeated: 0, told: 0 };
  for (let round = 0; result.flips < count; round++) {
    // A logon that failed has no calls after it: it is spared in most rounds.
    let nested = round % 8 !== 0;
    const flip = (datagram: Uint8Array, deliver: (altered: Uint8Array) => void): boolean => {
      if (tells(datagram, level)) result.told += 1;
      if (nested) return true;
      nested = true;
      for (let i = 0; i < 16 && result.flips < count; i++, result.flips++) deliver(flipped(datagram, flags, random));
      nested = false;
      return true;
    };
    const dialect = { sequence: 'call-fragment', padding, packet: 'nothing' } as const;
    const pair = await ntlmPair({
      seed: round + 1,
      client: { level, dialect },
      server: { dialect },
      clientGate: (datagram) => flip(datagram, (altered) => pair.serverEnd.deliver(altered, CLIENT)),
      serverGate: (datagram) => flip(datagram, (altered) => pair.clientEnd.deliver(altered, SERVER)),
    });
    pair.call(MARK);
    nested = false;
    const sent: Uint8Array[] = [MARK];
    for (let i = 0; i < PER_PAIR; i++) {
      const stub = stubOf(i, SIZES[Math.floor(random() * SIZES.length)] as number);
      sent.push(stub);
      const answer = pair.call(stub);
      if (answer?.kind === 'response') result[fate(answer.stub, [stub], padding)] += 1;
    }
    for (const event of pair.serverEvents) if (event.kind === 'dispatch') result[fate(event.stub, sent, padding)] += 1;
    for (const [key, times] of pair.executed) if (key.length > 0 && times > 1) result.repeated += 1;
  }
  return result;
}

/** Arguments with the number of their call and a mark: none of two calls are the same, but those of no octet. */
function stubOf(call: number, length: number): Uint8Array {
  const stub = new Uint8Array(length);
  for (let at = 0; at < length; at++) stub[at] = at < 4 ? call + 1 : (MARK[at % MARK.length] as number);
  return stub;
}

function fate(got: Uint8Array, sent: readonly Uint8Array[], padding: string): 'whole' | 'cut' | 'altered' {
  const expected = sent.map((stub) => (padding === 'outside' ? stub : padded(stub)));
  if (expected.some((stub) => Buffer.compare(stub, got) === 0)) return 'whole';
  const begins = (stub: Uint8Array) => Buffer.compare(stub.subarray(0, got.length), got) === 0;
  return got.length > 0 && got.length % 8 === 0 && expected.some(begins) ? 'cut' : 'altered';
}

function flipped(datagram: Uint8Array, flags: boolean, random: () => number): Uint8Array {
  const altered = datagram.slice();
  const others = 1 + Math.floor(random() * (datagram.length - 1));
  const at = flags ? FLAGS1_AT : (FLAGS1_AT + others) % datagram.length;
  altered[at] = (altered[at] as number) ^ (1 << Math.floor(random() * 8));
  return altered;
}

/** Only secured PDUs carry what an application said. */
function tells(datagram: Uint8Array, level: keyof typeof AUTH_LEVEL): boolean {
  const { header } = decodeCl(datagram);
  const inClear = Buffer.from(datagram).includes(MARK.subarray(4));
  return inClear && (header.authProtocol === 0 || AUTH_LEVEL[level] === AUTH_LEVEL.privacy);
}
