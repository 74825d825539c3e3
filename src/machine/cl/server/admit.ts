import { type Request, readSecurityTrailer } from '../../../pdu/cl/index.ts';
import { win32Code } from '../../../status/win32.ts';
import type { ActivitySecurity } from '../security.ts';
import { rejectCall } from './answers.ts';
import { ask, mayAsk } from './ask.ts';
import type { ServerContext } from './context.ts';
import { roomForCallback } from './limits.ts';
import { keepSealed } from './sealed.ts';
import type { ServerActivity } from './state.ts';

/** Most contexts that an activity keeps. */
const MAX_CONTEXTS = 8;

/** A request that may be believed, and the context that it came in. */
export interface Admitted {
  readonly pdu: Request;
  readonly security: ActivitySecurity | null;
}

/**
 * The one way in: nothing is learnt of a request before it has passed here. Null: not secured as its activity is, not what
 * its sender sealed, or kept until the client has sent its part of the key.
 */
export function admit(
  context: ServerContext,
  activity: ServerActivity,
  pdu: Request,
  datagram: Uint8Array,
  now: number,
): Admitted | null {
  const { counters } = context;
  const { authProtocol } = pdu.header;
  if (authProtocol !== activity.authProtocol) {
    counters.unreadable += 1;
    return null;
  }
  if (authProtocol === 0) return { pdu, security: null };
  const security = activity.contexts?.get(readSecurityTrailer(pdu).key);
  if (security === undefined) {
    negotiate(context, activity, pdu, datagram, now);
    return null;
  }
  const opened = security.open(pdu, datagram);
  if (opened?.type === 'request') return { pdu: opened, security };
  counters.unreadable += 1;
  return null;
}

/** The context is there: it opens what waited for it. The oldest one goes where a client begins too many. */
export function addContext(activity: ServerActivity, key: number, security: ActivitySecurity): void {
  activity.contexts ??= new Map();
  activity.contexts.set(key, security);
  if (activity.contexts.size > MAX_CONTEXTS)
    for (const oldest of activity.contexts.keys()) {
      activity.contexts.delete(oldest);
      break;
    }
}

/** Keeps the request, and asks for the key unless that is done already. */
function negotiate(
  context: ServerContext,
  activity: ServerActivity,
  pdu: Request,
  datagram: Uint8Array,
  now: number,
): void {
  const { header } = pdu;
  const provider = context.security.get(header.authProtocol);
  if (provider === undefined) return rejectCall(context, activity, header, win32Code('RPC_S_UNKNOWN_AUTHN_SERVICE'));
  if (activity.callback === null) {
    if (!mayAsk(context, activity)) return;
    roomForCallback(context, now);
    const { level, key } = readSecurityTrailer(pdu);
    ask(context, activity, header, now, { acceptance: { key, of: provider.accept(level, key) } });
  }
  keepSealed(context, activity, pdu, datagram);
}
