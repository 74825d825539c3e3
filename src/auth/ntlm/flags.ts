/** NEGOTIATE flags ([MS-NLMP] 2.2.2.5). */
export const NTLM_FLAG = {
  UNICODE: 0x00000001,
  OEM: 0x00000002,
  REQUEST_TARGET: 0x00000004,
  SIGN: 0x00000010,
  SEAL: 0x00000020,
  DATAGRAM: 0x00000040,
  LM_KEY: 0x00000080,
  NTLM: 0x00000200,
  ANONYMOUS: 0x00000800,
  ALWAYS_SIGN: 0x00008000,
  TARGET_TYPE_DOMAIN: 0x00010000,
  TARGET_TYPE_SERVER: 0x00020000,
  EXTENDED_SESSION_SECURITY: 0x00080000,
  REQUEST_NON_NT_SESSION_KEY: 0x00400000,
  TARGET_INFO: 0x00800000,
  VERSION: 0x02000000,
  KEY_128: 0x20000000,
  KEY_EXCHANGE: 0x40000000,
  KEY_56: 0x80000000,
} as const;

export type NtlmFlagName = keyof typeof NTLM_FLAG;

export function ntlmFlags(...names: readonly NtlmFlagName[]): number {
  return names.reduce((flags, name) => (flags | NTLM_FLAG[name]) >>> 0, 0);
}

export function hasFlag(flags: number, name: NtlmFlagName): boolean {
  return (flags & NTLM_FLAG[name]) !== 0;
}

/** What both sides can do. */
export function commonFlags(a: number, b: number): number {
  return (a & b) >>> 0;
}
