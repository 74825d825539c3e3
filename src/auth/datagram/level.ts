import type { Protection } from '../ntlm/form.ts';

/** auth_proto of NTLM ([MS-RPCE] 2.2.1.1.7). */
export const NTLM_PROTOCOL = 0x0a;

/** Authentication levels by name ([MS-RPCE] 2.2.1.1.8). */
export const AUTH_LEVEL = { none: 1, connect: 2, call: 3, packet: 4, integrity: 5, privacy: 6 } as const;
/** The levels that a caller may choose; call is for connections of old, and raised to packet. */
export const AUTH_LEVELS = ['connect', 'packet', 'integrity', 'privacy'] as const;
/** From nothing but names to sealed bodies ([MS-RPCE] 2.2.1.1.8). */
export type AuthLevel = (typeof AUTH_LEVELS)[number];

/** A level that datagrams know: those below packet, which are for connections, are raised to it. */
export type DatagramLevel = Exclude<AuthLevel, 'connect'>;

export const PROTECTION_OF: Readonly<Record<DatagramLevel, Protection>> = {
  packet: 'sign',
  integrity: 'sign',
  privacy: 'seal',
};

export function datagramLevel(level: AuthLevel): DatagramLevel {
  return level === 'connect' ? 'packet' : level;
}

/** The level that a trailer names; null: none that can be given. */
export function levelOfNumber(number: number): DatagramLevel | null {
  if (number < AUTH_LEVEL.connect || number > AUTH_LEVEL.privacy) return null;
  if (number === AUTH_LEVEL.privacy) return 'privacy';
  return number === AUTH_LEVEL.integrity ? 'integrity' : 'packet';
}
