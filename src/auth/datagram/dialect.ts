import type { ClHeader } from '../../pdu/cl/index.ts';
import { invalidOption } from '../../status/options.ts';
import type { DatagramLevel } from './level.ts';

/*
 * What no publication says about Windows' NTLM under datagram RPC: one setting for each open question. Each of our
 * receivers reads the sequence number from the token and finds out the rest by trying, so a setting is what we send,
 * and what a receiver is held to only where it plays one that knows nothing else.
 */

/**
 * The sequence number under the MAC. Default call-fragment, (seqnum << 16) ^ fragnum: the one rule of these that gives every
 * PDU of a direction a number of its own, without which RC4 would use a stream twice.
 */
export const SEQUENCE_RULES = ['call-fragment', 'call', 'fragment', 'serial'] as const;
export type SequenceRule = (typeof SEQUENCE_RULES)[number];

/**
 * Whether the padding behind the stub belongs to what is signed and sealed, as it does in connection-oriented RPC ([MS-RPCE]
 * 3.3.1.5.2.2). Default no: the body is protected, [MS-RPCE] 3.2.1.4.1.1 says, and only so does the MAC say how long the stub
 * is. Of who protects the padding the stub arrives with it, up to 7 octets that NDR does not look at.
 */
export const PADDING_RULES = ['outside', 'protected'] as const;
export type PaddingRule = (typeof PADDING_RULES)[number];

/**
 * What the MAC of level packet is over. Default nothing: [MS-RPCE] 3.2.1.4.1.1 leaves header and body unprotected there, and
 * asks for a MAC all the same.
 */
export const PACKET_RULES = ['nothing', 'body'] as const;
export type PacketRule = (typeof PACKET_RULES)[number];

/** Choices of a Windows server that are not published, one setting each. */
export interface NtlmDialect {
  readonly sequence: SequenceRule;
  readonly padding: PaddingRule;
  readonly packet: PacketRule;
}

export const DEFAULT_DIALECT: NtlmDialect = { sequence: 'call-fragment', padding: 'outside', packet: 'nothing' };

/** The 32-bit number that a sender of this rule supplies to NTLM. */
export function sequenceNumber(rule: SequenceRule, { sequence, fragment, serial }: ClHeader): number {
  switch (rule) {
    case 'call-fragment':
      return ((sequence << 16) ^ fragment) >>> 0;
    case 'call':
      return sequence;
    case 'fragment':
      return fragment;
    case 'serial':
      return serial;
  }
}

/** Calls of an activity after which the numbers of a rule begin again. */
export function callsOf(rule: SequenceRule): number {
  return rule === 'call-fragment' ? 0x10000 : 0x100000000;
}

/** All of them, the default first; those that differ at a level where one is named. */
export function dialects(level: DatagramLevel = 'packet'): NtlmDialect[] {
  return PADDING_RULES.flatMap((padding) =>
    (level === 'packet' ? PACKET_RULES : PACKET_RULES.slice(0, 1)).flatMap((packet) =>
      SEQUENCE_RULES.map((sequence) => ({ sequence, padding, packet })),
    ),
  );
}

/** Rules with commas between, such as `call,protected`; what is not named is as by default. Throws LocalMisuseError. */
export function parseDialect(text: string): NtlmDialect {
  const rules = text.split(',').map((word) => ruleOf(word.trim()));
  return Object.assign({ ...DEFAULT_DIALECT }, ...rules);
}

function ruleOf(word: string): Partial<NtlmDialect> {
  const sequence = SEQUENCE_RULES.find((rule) => rule === word);
  const padding = PADDING_RULES.find((rule) => rule === word);
  const packet = PACKET_RULES.find((rule) => rule === word);
  if ((sequence ?? padding ?? packet) !== undefined)
    return { ...(sequence && { sequence }), ...(padding && { padding }), ...(packet && { packet }) };
  const known = [...SEQUENCE_RULES, ...PADDING_RULES, ...PACKET_RULES].join(', ');
  throw invalidOption(`an NTLM dialect has rules out of ${known}, not ${JSON.stringify(word)}`);
}
