import type { NtlmProviderOptions } from '../datagram/server-security.ts';
import { SpnegoServer } from '../spnego/server.ts';
import { NtlmConnectionServer, streamLevel } from './ntlm-server.ts';

/** auth_type ([MS-RPCE] 2.2.1.1.7). */
export const STREAM_PROVIDER = { negotiate: 0x09, ntlm: 0x0a } as const;
/** A name of STREAM_PROVIDER: NTLM alone, or within SPNEGO (RFC 4178). */
export type StreamProvider = keyof typeof STREAM_PROVIDER;

/** The server's ends of logons over connections; null: no such provider, or no such level. */
export function acceptLogons(
  options: NtlmProviderOptions,
): (type: number, level: number) => NtlmConnectionServer | SpnegoServer | null {
  return (type, number) => {
    const level = streamLevel(number);
    if (level === null) return null;
    if (type === STREAM_PROVIDER.ntlm) return new NtlmConnectionServer(level, options);
    if (type === STREAM_PROVIDER.negotiate) return new SpnegoServer(new NtlmConnectionServer(level, options));
    return null;
  };
}
