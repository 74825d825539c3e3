import { isDenied } from '../../client/stages.ts';
import { TransportError } from '../../status/errors.ts';
import { type Check, fail, firstCallOf, pass, skip } from '../check.ts';
import { describeFailure } from '../judge.ts';

/** Did the server accept the credentials, or ask for none? This version sends none. */
export const authenticate: Check = (question) => {
  const asked = firstCallOf(question);
  if (asked.ok) return pass('the server asked for no credentials');
  if (isDenied(asked.error)) return fail('denied', describeFailure(asked, question), { asked });
  if (asked.error instanceof TransportError) return skip('the call has not come so far');
  return pass('the server asked for no credentials');
};
