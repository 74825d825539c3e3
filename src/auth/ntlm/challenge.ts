import { type AvPair, decodeAvPairs, encodeAvPairs } from './av-pairs.ts';
import { hasFlag } from './flags.ts';
import {
  decodeText,
  encodeText,
  MessageWriter,
  type NtlmVersion,
  openMessage,
  readField,
  readVersion,
} from './message.ts';

const FIXED_LENGTH = 56;
const NONE = new Uint8Array(0);

/** CHALLENGE_MESSAGE ([MS-NLMP] 2.2.1.2). */
export interface ChallengeMessage {
  readonly targetName: string;
  readonly flags: number;
  /** 8 bytes. */
  readonly serverChallenge: Uint8Array;
  /** Null: the server sends none, as before Windows NT 4.0 SP4. */
  readonly targetInfo: readonly AvPair[] | null;
  readonly version: NtlmVersion | null;
}

export function encodeChallenge(message: ChallengeMessage): Uint8Array {
  const targetName = encodeText(message.targetName, message.flags);
  const targetInfo = message.targetInfo === null ? NONE : encodeAvPairs(message.targetInfo);
  return new MessageWriter(
    'challenge',
    FIXED_LENGTH,
    [targetName, targetInfo].filter((field) => field !== NONE),
  )
    .field(targetName)
    .u32(message.flags)
    .bytes(message.serverChallenge)
    .bytes(new Uint8Array(8))
    .field(targetInfo)
    .version(message.version)
    .finish();
}

/** Bytes behind the message are ignored: over datagrams it comes padded. */
export function decodeChallenge(bytes: Uint8Array): ChallengeMessage {
  const reader = openMessage(bytes, 'challenge');
  const targetName = readField(reader);
  const flags = reader.u32();
  const serverChallenge = reader.take(8).slice();
  const base = { targetName: decodeText(targetName, flags), flags, serverChallenge };
  const [withInfo, withVersion] = [hasFlag(flags, 'TARGET_INFO'), hasFlag(flags, 'VERSION')];
  if (!withInfo && !withVersion) return { ...base, targetInfo: null, version: null };
  reader.skip(8);
  const targetInfo = readField(reader);
  return {
    ...base,
    targetInfo: withInfo ? decodeAvPairs(targetInfo) : null,
    version: withVersion ? readVersion(reader) : null,
  };
}
