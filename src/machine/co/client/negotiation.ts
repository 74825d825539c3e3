import {
  type AlterContextResp,
  type AuthVerifier,
  type BindAck,
  CONTEXT_RESULT,
  type CoPdu,
  encodeCo,
  PFC,
  REJECT_REASON,
  WHOLE,
} from '../../../pdu/co/index.ts';
import { featureContext } from '../message/features.ts';
import { LEAST_FRAGMENT } from '../message/settings.ts';
import { advance } from './calls.ts';
import { allCalls, type CoClientContext, type Context, endCall, endConnection } from './state.ts';
import { violate } from './violate.ts';

/** One trailer for each connection: its context id is of the client's choice ([MS-RPCE] 2.2.2.11). */
const AUTH_CONTEXT = 1;

const NO_PADDING = new Uint8Array(0);

/** The first PDU of the connection: the contexts of all calls that wait, the features, and the first token. */
export function bind(context: CoClientContext, now: number): void {
  let token: Uint8Array | null = null;
  try {
    token = context.security?.context.step(null).token ?? null;
  } catch (error) {
    return endConnection(context, () => ({ kind: 'unauthenticated', error }));
  }
  context.phase = 'binding';
  negotiate(context, 'bind', openContexts(context), token, now);
}

/** More contexts than were agreed, or the next token. */
function alter(context: CoClientContext, asked: readonly Context[], token: Uint8Array | null, now: number): void {
  context.phase = 'altering';
  negotiate(context, 'alter_context', asked, token, now);
}

/** Asks for what waiting calls need and nobody has asked for yet. */
export function alterIfNeeded(context: CoClientContext, now: number): void {
  const asked = openContexts(context);
  if (context.phase === 'bound' && asked.length > 0) alter(context, asked, null, now);
}

/** bind_ack or alter_context_resp: the results of the contexts, and the server's token. */
export function takeAck(context: CoClientContext, pdu: BindAck | AlterContextResp, now: number): void {
  const { negotiation, settings } = context;
  if (negotiation === null || pdu.header.callId !== negotiation.callId)
    return violate(context, `a ${pdu.type} that answers nothing`);
  if (pdu.results.length < negotiation.asked.length) return violate(context, `a ${pdu.type} with too few results`);
  context.negotiation = null;
  if (pdu.type === 'bind_ack') {
    if (pdu.maxRecvFrag < LEAST_FRAGMENT)
      return violate(context, `a server that takes fragments of ${pdu.maxRecvFrag} bytes only`);
    context.maxXmit = Math.min(settings.maxFragment, pdu.maxRecvFrag);
    context.assocGroup = pdu.assocGroup;
    context.multiplex = settings.multiplex && (pdu.header.flags & PFC.concMpx) !== 0;
  }
  negotiation.asked.forEach((each, i) => {
    const { result = CONTEXT_RESULT.providerRejection, reason = REJECT_REASON.notSpecified } = pdu.results[i] ?? {};
    each.refusal ??= result === CONTEXT_RESULT.acceptance ? null : reason;
  });
  context.phase = 'bound';
  if (!authenticate(context, pdu.auth, negotiation.callId, now)) return;
  context.bound = true;
  refuseCalls(context);
  alterIfNeeded(context, now);
  advance(context);
}

/** The server's token in, the next one out. False: not ready for calls yet, or never. */
function authenticate(context: CoClientContext, auth: AuthVerifier | null, callId: number, now: number): boolean {
  const { security, out } = context;
  if (security === null || context.protection !== null) return true;
  if (auth === null) {
    violate(context, 'a server that leaves authentication unanswered');
    return false;
  }
  try {
    const { token, done } = security.context.step(auth.token);
    if (done) {
      context.protection = { ...security, contextId: AUTH_CONTEXT };
      if (token !== null)
        out.transmit(encodeCo({ type: 'auth3', header: header(context, callId), auth: verifier(context, token) }));
      return true;
    }
    const asked = [...context.contexts.values()].slice(0, 1);
    alter(context, asked, token, now);
  } catch (error) {
    endConnection(context, () => ({ kind: 'unauthenticated', error }));
  }
  return false;
}

/** Calls on contexts that the server has refused. */
function refuseCalls(context: CoClientContext): void {
  for (const call of allCalls(context)) {
    const { refusal } = call.context;
    if (typeof refusal === 'number') endCall(context, call, { kind: 'refused', what: 'interface', reason: refusal });
  }
}

function openContexts({ contexts }: CoClientContext): Context[] {
  return [...contexts.values()].filter(({ refusal }) => refusal === undefined);
}

function negotiate(
  context: CoClientContext,
  type: 'bind' | 'alter_context',
  asked: readonly Context[],
  token: Uint8Array | null,
  now: number,
): void {
  const { settings, out, assocGroup } = context;
  context.lastCallId += 1;
  const callId = context.lastCallId;
  const until = now + settings.bindTimeout;
  context.negotiation = { callId, asked, until };
  out.arm(until);
  const first = type === 'bind';
  const features = first && asked[0] !== undefined ? [featureContext(asked[0].element.interface)] : [];
  const flags = first ? PFC.supportHeaderSign | (settings.multiplex ? PFC.concMpx : 0) : 0;
  const pdu: CoPdu = {
    type,
    header: header(context, callId, flags),
    maxXmitFrag: settings.maxFragment,
    maxRecvFrag: settings.maxFragment,
    assocGroup,
    contexts: [...asked.map(({ element }) => element), ...features],
    auth: token === null ? null : verifier(context, token),
  };
  out.transmit(encodeCo(pdu));
}

function header({ drep }: CoClientContext, callId: number, flags = 0) {
  return { minorVersion: 0, flags: WHOLE | flags, drep, callId };
}

function verifier({ security }: CoClientContext, token: Uint8Array): AuthVerifier {
  return {
    padding: NO_PADDING,
    type: security?.type ?? 0,
    level: security?.level ?? 0,
    contextId: AUTH_CONTEXT,
    token,
  };
}
