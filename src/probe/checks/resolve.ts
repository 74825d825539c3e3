import { isIP } from 'node:net';
import { resolveHost } from '../../client/resolve.ts';
import { TransportError } from '../../status/errors.ts';
import { onAbort } from '../../status/on-abort.ts';
import { systemClock } from '../../transport/clock.ts';
import { type Answer, type Check, fail, pass, type Question, unknown } from '../check.ts';

/** Has the name an address? */
export const resolve: Check = async (question) => {
  const { target, known, settings } = question;
  const name = known?.host ?? target;
  const { family } = settings;
  if (family !== 0 && isIP(name) !== 0 && isIP(name) !== family) {
    return fail('no-name', `${name} is not an address of IPv${family}`);
  }
  const looked = await within(question, resolveHost(name, { family }));
  if (looked === null) return unknown('timeout', `the name service has not answered; ${question.budget}`);
  if (looked instanceof TransportError) return unresolved(looked);
  return pass(describe(name, looked, known !== null), { learnt: { host: looked } });
};

/** A name service that cannot answer now says nothing about the name. */
function unresolved(error: TransportError): Answer {
  const asked = { ok: false, error, trace: null } as const;
  const code = (error.cause as { readonly code?: unknown } | undefined)?.code;
  if (code === 'EAI_AGAIN') return unknown('silent', `${error.message}: the name service cannot be asked`, { asked });
  return fail('no-name', error.message, { asked });
}

/** The system's resolver knows neither signals nor deadlines. Null: it took too long. */
async function within(
  { settings: { signal }, budget }: Question,
  lookup: Promise<string>,
): Promise<string | TransportError | null> {
  let giveUp = () => {};
  const over = new Promise<null>((done) => {
    giveUp = () => done(null);
  });
  const timer = systemClock.at(systemClock.now() + budget.remaining(), giveUp);
  const stop = onAbort(signal, giveUp);
  try {
    return await Promise.race([lookup, over]);
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  } finally {
    timer.cancel();
    stop();
  }
}

function describe(name: string, host: string, fromEnvironment: boolean): string {
  const why = fromEnvironment ? ', as CLUSRPC_HOSTS says' : '';
  return name === host ? `${host} is an address${why}` : `${name} is ${host}${why}`;
}
