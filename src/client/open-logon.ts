import { type AuthLevel, type Credentials, Logon, type LogonOptions } from './logon.ts';

/** Who opens a cluster, and how. */
export interface OpenLogonOptions {
  /** Who opens it; default: nobody, which a real cluster refuses. */
  readonly credentials?: Credentials | undefined;
  /** How calls are protected; default integrity. */
  readonly authLevel?: AuthLevel | undefined;
  /** Answer as NTLMv1, for servers that know nothing else. */
  readonly ntlmV1?: boolean | undefined;
  /**
   * How datagrams are numbered, padded and signed, which nobody has published of Windows: rules such as `call,protected`, or
   * `auto`, which shares `timeout` among all of them until the server understands.
   */
  readonly ntlmDialect?: LogonOptions['ntlmDialect'];
}

/** Null: nobody opens it. Throws what Logon.prepare throws. */
export async function logonFor(options: OpenLogonOptions): Promise<Logon | null> {
  const { credentials, authLevel, ntlmV1, ntlmDialect } = options;
  return credentials === undefined ? null : Logon.prepare({ credentials, authLevel, ntlmV1, ntlmDialect });
}
