import { type BindOptions, RpcClient } from '../client/rpc-client.ts';
import { WINDOWS_CLIENT } from '../machine/cl/dialects.ts';
import type { Address } from '../machine/contract.ts';
import { sourceAddressTo } from '../transport/reachability.ts';
import type { AskLimits } from './ask.ts';
import type { Question } from './check.ts';
import type { ProbeSettings } from './settings.ts';
import { type Watch, watch } from './watch.ts';

/** A short stage still repeats its question this often before it calls the other side silent. */
const TRIES_IN_A_STAGE = 4;

export function retransmitOf({ stageTimeout }: ProbeSettings): number {
  return Math.min(WINDOWS_CLIENT.retransmitInitial, stageTimeout / TRIES_IN_A_STAGE);
}

/** The RPC socket, on the first local port that is free. Throws TransportError when none is. */
export async function openRpcSocket(
  settings: ProbeSettings,
  to: Address,
  localPorts: readonly number[] = settings.localPorts ?? [0],
): Promise<RpcClient> {
  // Bound to the address that the system would choose: then a capture shows it, not the wildcard.
  const localAddress = settings.source ?? (await sourceAddressTo(to));
  return RpcClient.open({
    dialect: settings.dialect,
    localPorts,
    localAddress: localAddress ?? (to.host.includes(':') ? '::' : '0.0.0.0'),
    settings: {
      retransmitInitial: retransmitOf(settings),
      giveUpAfter: Math.max(WINDOWS_CLIENT.giveUpAfter, settings.stageTimeout),
    },
  });
}

/** The watch takes the last free local port, so that the RPC socket finds the first; where none is left, any will do. */
export function openWatch({ settings, budget }: Question, to: Address): Promise<Watch> {
  const { localPorts, source, signal } = settings;
  return watch(to, {
    timeout: budget.remaining(),
    retransmit: retransmitOf(settings),
    signal,
    localAddress: source,
    localPorts: localPorts === null ? [0] : [...localPorts.toReversed(), 0],
  });
}

/** What binds the Cluster service. */
export function logonOf({ settings: { logon } }: Question): BindOptions {
  return logon === null ? {} : { logon };
}

/** As limitsOf; where NTLM dialects are tried, the whole time of the target. */
export function limitsOfLogon(question: Question): AskLimits {
  const { settings, budget } = question;
  const limits = limitsOf(question);
  return settings.logon?.searches === true ? { ...limits, remaining: () => budget.remainingInAll() } : limits;
}

export function limitsOf({ settings, budget }: Question): AskLimits {
  return { remaining: () => budget.remaining(), signal: settings.signal };
}
