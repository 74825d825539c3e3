import { isDenied } from '../../client/stages.ts';
import { FaultError, RejectError, TransportError } from '../../status/errors.ts';
import { type Check, fail, firstCallOf, pass, skip } from '../check.ts';
import { describeFailure } from '../judge.ts';

/** Did the server accept the credentials, or ask for none? */
export const authenticate: Check = (question) => {
  const asked = firstCallOf(question);
  const { logon, transport } = question.settings;
  const level = logon?.level ?? (transport === 'tcp' ? 'privacy' : 'integrity');
  const passed = pass(
    logon === null
      ? 'the server asked for no credentials'
      : `the server accepted ${logon.user} by NTLM, level ${level}`,
  );
  if (asked.ok) return passed;
  if (isDenied(asked.error)) {
    const tooLow = logon !== null && asked.error instanceof FaultError;
    const advice = tooLow ? { advice: HIGHER } : {};
    return fail('denied', describeFailure(asked, question), { asked, ...advice });
  }
  if (asked.error instanceof TransportError) return skip('the call has not come so far');
  if (logon === null || asked.error instanceof FaultError) return passed;
  if (asked.error instanceof RejectError) return skip('rejected before the server judged the credentials');
  return fail('denied', describeFailure(asked, question), { asked, advice: OTHER_NTLM });
};

const OTHER_NTLM = 'The server’s NTLM is older than NTLMv2: `ntlmV1: true` speaks its language, which protects less.';

const HIGHER =
  'The server has accepted the logon and refuses the call: it wants a higher level (`authLevel: integrity` or `authLevel: privacy`), or another account.';
