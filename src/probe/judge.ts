import { heardText } from '../client/call-error.ts';
import { type Reason, reasonOf } from '../client/stages.ts';
import { FaultError, isClusError, RejectError, TransportError } from '../status/errors.ts';
import { ncaStatus } from '../status/nca.ts';
import { win32Status } from '../status/win32.ts';
import type { Failed } from './ask.ts';
import { type Answer, fail, type Question } from './check.ts';
import type { ErrorSummary } from './types.ts';

/** Why a call failed, for the stages where the failure itself is the answer. */
export function failedCall(asked: Failed, question: Question): Answer {
  return fail(reasonOfFailure(asked, question), describeFailure(asked, question), { asked });
}

/**
 * As reasonOf; but an answer or a callback that came from elsewhere and led to nothing more is called wrong-source, since
 * a NAT or a second address of the server is then the likeliest cause.
 */
export function reasonOfFailure(asked: Failed, { facts }: Question): Reason {
  const reason = reasonOf(asked.error);
  const from = asked.trace?.answeredFrom;
  const elsewhere = from !== null && from !== undefined && from.host !== facts.host;
  return elsewhere && (reason === 'silent' || reason === 'timeout') ? 'wrong-source' : reason;
}

/** The error in one line, and for silence what was sent, how often, and both limits. */
export function describeFailure({ error, trace }: Failed, { budget }: Question): string {
  const text = error instanceof Error ? error.message : String(error);
  if (trace === null || !(error instanceof TransportError)) return text;
  const heard = heardText(trace);
  return [text.includes(heard) ? text : `${text}: ${heard}`, `${budget}`].join('; ');
}

export function summarize(error: unknown): ErrorSummary | undefined {
  if (!isClusError(error)) return undefined;
  const { code, message, errno } = error;
  const status = error instanceof FaultError || error instanceof RejectError ? error.status : undefined;
  return {
    code,
    message,
    ...(errno !== undefined && { win32: { code: errno, symbol: win32Status(errno).symbol } }),
    ...(status !== undefined && { wire: { code: status, symbol: ncaStatus(status)?.symbol ?? null } }),
  };
}
