import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { type AuthLevel, dialectOf, type LogonOptions } from '../client/logon.ts';
import type { CliWorld } from './context.ts';
import { usageError } from './exit.ts';
import { PASSWORD_VARIABLE, type PasswordOptions, readPassword, withPasswordOptions } from './password.ts';
import { asValue, oneOf } from './values.ts';

export interface LogonFlags extends PasswordOptions {
  readonly user?: string | undefined;
  readonly auth?: AuthLevel | 'none' | undefined;
  readonly ntlm?: 'v1' | 'v2' | undefined;
  readonly ntlmDialect?: LogonOptions['ntlmDialect'];
  readonly keepTryingLogon?: true | undefined;
}

/** Options of commands that log on somewhere. */
export function withLogonOptions(command: CommandUnknownOpts): void {
  const user = `who opens the cluster, [DOMAIN\\]name; the password comes from ${PASSWORD_VARIABLE}`;
  withPasswordOptions(command.option('--user <name>', user))
    .addOption(
      new Option('--auth <level>', 'none, connect, packet, integrity or privacy (default: integrity)').argParser(
        oneOf(['none', 'connect', 'packet', 'integrity', 'privacy']),
      ),
    )
    .addOption(new Option('--ntlm <version>', 'v1 for servers that know nothing else').argParser(oneOf(['v1', 'v2'])))
    .option(
      '--ntlm-dialect <rules>',
      'how datagrams are numbered, padded and signed, such as call,protected; auto finds it out',
      asValue(dialectOf),
    )
    .option('--keep-trying-logon', 'go on after a refused logon, which may lock the account');
}

/** Undefined: as nobody. The password is read here, once. */
export async function logonOf(world: CliWorld, flags: LogonFlags): Promise<LogonOptions | undefined> {
  const { user, auth, ntlm, ntlmDialect, keepTryingLogon } = flags;
  if (user === undefined) {
    const given = flags.passwordFile ?? flags.passwordStdin ?? ntlm ?? ntlmDialect ?? keepTryingLogon;
    if (given !== undefined || (auth !== undefined && auth !== 'none')) throw usageError('as whom? --user is missing');
    return undefined;
  }
  if (auth === 'none') return undefined;
  return {
    credentials: { user, password: await readPassword(world, flags) },
    authLevel: auth,
    ntlmV1: ntlm === 'v1',
    ntlmDialect,
    keepTrying: keepTryingLogon,
  };
}
