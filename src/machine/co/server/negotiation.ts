import { sameUuid } from '../../../bytes/uuid.ts';
import { featuresOf } from '../../../pdu/co/bind-time-features.ts';
import {
  type AlterContext,
  type Auth3,
  type AuthVerifier,
  type Bind,
  CONTEXT_RESULT,
  type ContextResult,
  encodeCo,
  NAK_REASON,
  PFC,
  type PresentationContext,
  type PresentationSyntax,
  REJECT_REASON,
  WHOLE,
} from '../../../pdu/co/index.ts';
import { win32Code } from '../../../status/win32.ts';
import { FEATURES } from '../message/features.ts';
import { LEAST_FRAGMENT } from '../message/settings.ts';
import { NDR_SYNTAX } from '../message/transfer-syntax.ts';
import { refuseCall } from './answers.ts';
import { type CoServerContext, endServing, interfaceKey, sendPdu } from './state.ts';

const NO_SYNTAX: PresentationSyntax = { uuid: new Uint8Array(16), version: { major: 0, minor: 0 } };
const NO_PADDING = new Uint8Array(0);

export function takeBind(context: CoServerContext, pdu: Bind): void {
  const { settings, associations, client } = context;
  if (pdu.maxRecvFrag < LEAST_FRAGMENT) return refuseBind(context, pdu, NAK_REASON.localLimitExceeded);
  if (pdu.contexts.length === 0) return refuseBind(context, pdu, NAK_REASON.notSpecified);
  if (pdu.auth !== null && !openSecurity(context, pdu.auth)) {
    return refuseBind(context, pdu, NAK_REASON.authenticationTypeNotRecognized);
  }
  const token = pdu.auth === null ? null : step(context, pdu.auth);
  if (context.denied) return refuseBind(context, pdu, NAK_REASON.invalidChecksum);
  context.association = associations.join(pdu.assocGroup, client.host);
  if (context.association === null) return refuseBind(context, pdu, NAK_REASON.notSpecified);
  context.maxXmit = Math.min(settings.maxFragment, pdu.maxRecvFrag);
  context.multiplex = (pdu.header.flags & PFC.concMpx) !== 0;
  acknowledge(context, pdu, token);
}

/** More contexts, or the next message of the security provider. */
export function takeAlterContext(context: CoServerContext, pdu: AlterContext): void {
  if (pdu.auth === null) return acknowledge(context, pdu, null);
  const { security } = context;
  const known = security?.contextId === pdu.auth.contextId && security.type === pdu.auth.type;
  const token = known ? step(context, pdu.auth) : null;
  if (known && !context.denied) return acknowledge(context, pdu, token);
  refuseCall(context, pdu.header.callId, 0, win32Code('ERROR_ACCESS_DENIED'));
  endServing(context);
}

/** The last message of a security provider: nobody answers it, so a wrong one is found out by the next call. */
export function takeAuth3(context: CoServerContext, { auth }: Auth3): void {
  const { security } = context;
  if (security === null || context.protection !== null || security.contextId !== auth.contextId) deny(context);
  else step(context, auth);
  settle(context);
}

function openSecurity(context: CoServerContext, { type, level, contextId }: AuthVerifier): boolean {
  const security = context.acceptSecurity(type, level);
  if (security === null) return false;
  context.security = { type, level, contextId, context: security };
  return true;
}

/** The client's token in, the next one out. */
function step(context: CoServerContext, auth: AuthVerifier): Uint8Array | null {
  const { security } = context;
  if (security === null || context.protection !== null) return null;
  try {
    const { token, done } = security.context.step(auth.token);
    if (done) context.protection = security;
    return token;
  } catch {
    deny(context);
    return null;
  }
}

function deny(context: CoServerContext): void {
  context.denied = true;
  context.counters.unauthenticated += 1;
}

function settle(context: CoServerContext): void {
  const { security, protection, denied } = context;
  context.phase = security === null || protection !== null || denied ? 'bound' : 'authenticating';
  if (context.phase === 'bound') context.bindUntil = null;
}

function acknowledge(context: CoServerContext, pdu: Bind | AlterContext, token: Uint8Array | null): void {
  const { settings, association, security, port, drep } = context;
  const bound = pdu.type === 'bind';
  const sharedFlags = pdu.header.flags & (PFC.supportHeaderSign | PFC.concMpx);
  settle(context);
  sendPdu(
    context,
    encodeCo({
      type: bound ? 'bind_ack' : 'alter_context_resp',
      header: { minorVersion: 0, flags: WHOLE | (bound ? sharedFlags : 0), drep, callId: pdu.header.callId },
      maxXmitFrag: context.maxXmit,
      maxRecvFrag: settings.maxFragment,
      assocGroup: association?.id ?? 0,
      secondaryAddress: bound ? String(port) : '',
      results: pdu.contexts.map((each) => judge(context, each)),
      auth:
        token === null || security === null
          ? null
          : { padding: NO_PADDING, type: security.type, level: security.level, contextId: security.contextId, token },
    }),
  );
}

/** What becomes of a presentation context: NDR of an interface that is served, or an answer to a question for features. */
function judge({ contexts, interfaces, settings }: CoServerContext, asked: PresentationContext): ContextResult {
  const features = asked.transferSyntaxes.length === 1 ? featuresOf(asked.transferSyntaxes[0] ?? NO_SYNTAX) : null;
  if (features !== null) {
    return { result: CONTEXT_RESULT.negotiateAck, reason: features & FEATURES, transferSyntax: NO_SYNTAX };
  }
  const served = interfaces.get(interfaceKey(asked.interface));
  if (served === undefined || served.version.minor < asked.interface.version.minor)
    return reject('abstractSyntaxNotSupported');
  if (!asked.transferSyntaxes.some(isNdr)) return reject('transferSyntaxesNotSupported');
  if (!contexts.has(asked.id) && contexts.size >= settings.maxContexts) return reject('localLimitExceeded');
  contexts.set(asked.id, served);
  return { result: CONTEXT_RESULT.acceptance, reason: 0, transferSyntax: NDR_SYNTAX };
}

function reject(reason: keyof typeof REJECT_REASON): ContextResult {
  return { result: CONTEXT_RESULT.providerRejection, reason: REJECT_REASON[reason], transferSyntax: NO_SYNTAX };
}

function isNdr({ uuid, version }: PresentationSyntax): boolean {
  return sameUuid(uuid, NDR_SYNTAX.uuid) && version.major === NDR_SYNTAX.version.major;
}

function refuseBind(context: CoServerContext, { header }: Bind, reason: number): void {
  context.counters.bindsRefused += 1;
  sendNak(context, header.callId, reason);
  endServing(context);
}

/** What Windows answers to a first message that is no RPC, or one of another version. */
export function refuseVersion(context: CoServerContext): void {
  sendNak(context, 0, NAK_REASON.protocolVersionNotSupported);
}

function sendNak(context: CoServerContext, callId: number, reason: number): void {
  const { drep } = context;
  const nak = { type: 'bind_nak', reason, versions: [{ major: 5, minor: 0 }] } as const;
  sendPdu(context, encodeCo({ ...nak, header: { minorVersion: 0, flags: WHOLE, drep, callId } }));
}
