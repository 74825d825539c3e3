import type { HostPorts } from '../explain/port-types.ts';
import type { CallView, ConversationView, Explanation, FindingExample, ResultKind } from '../explain/types.ts';
import { countText, durationText, numberText, percentText, quantilesText } from './text/figures.ts';
import type { Row } from './text/rows.ts';

/** `trace.pcapng: 1 234 packets in 12 min, 1 100 PDUs of connectionless RPC` */
export function sourceLine({ source, rpc }: Explanation): string {
  const name = source.name ?? 'capture';
  const packets = `${countText(source.packets, 'packet')} in ${durationText(Math.max(0, source.durationMs))}`;
  return `${name}: ${packets}, ${countText(rpc.pdus, 'PDU')} of connectionless RPC`;
}

const RESULT_WORDS: Readonly<Record<ResultKind, string>> = {
  response: 'answered',
  fault: 'faulted',
  reject: 'rejected',
  partial: 'answered in part',
  none: 'without an answer',
  unreachable: 'answered by ICMP',
  unseen: 'whose answer is not in the capture',
  pending: 'under way at the end',
  'not-expected': 'that want no answer',
};

export function totalsRows({ source, rpc, omitted }: Explanation): Row[] {
  const results = Object.entries(rpc.results) as [ResultKind, number][];
  const parts = results
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${numberText(count)} ${RESULT_WORDS[kind]}`);
  const { lookalikes, unconfirmed, malformed, cutShort } = rpc.recognition;
  const { retransmissions, duplicates, callbacks } = rpc;
  const damage = source.damage === null ? [] : [['damaged', source.damage] as const];
  const cut =
    source.cutShortAt === null ? [] : [['cut short', `the last packet, at byte ${source.cutShortAt}`] as const];
  const { snapped } = source;
  const snap =
    snapped === null
      ? []
      : [['snap length', `${snapped.bytes} bytes, which cut ${countText(snapped.packets, 'packet')}`] as const];
  const files =
    source.files.length < 2 ? [] : [['files', `${source.files.length}, in the order of their first packets`] as const];
  if (rpc.pdus === 0) return [...files, ['look-alikes', numberText(lookalikes)], ...snap, ...damage, ...cut];
  return [
    ...files,
    ['calls', `${numberText(rpc.calls)}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`],
    ['callbacks', `${numberText(callbacks.calls)}, ${numberText(callbacks.answered)} answered`],
    ['conversations', numberText(rpc.conversations)],
    ['repeated', `${countText(retransmissions, 'retransmission')}, ${countText(duplicates, 'duplicate')}`],
    ['doubtful', doubts(lookalikes, unconfirmed, malformed, cutShort)],
    ...snap,
    ...damage,
    ...cut,
    ...(omitted.evicted > 0
      ? [['given up', `${numberText(omitted.evicted)} conversations, to bound memory`] as const]
      : []),
  ];
}

function doubts(lookalikes: number, unconfirmed: number, malformed: number, cutShort: number): string {
  const parts = [
    [lookalikes, 'datagrams that only begin as RPC does'],
    [unconfirmed, 'one-sided conversations of unknown interfaces'],
    [malformed, 'PDUs that cannot be read'],
    [cutShort, 'PDUs cut by the snap length'],
  ] as const;
  const some = parts.filter(([count]) => count > 0).map(([count, what]) => `${numberText(count)} ${what}`);
  return some.length === 0 ? 'nothing' : some.join(', ');
}

/** What can be said of the whole capture, in a sentence or two. */
export function conclusionText({ verdict, findings, doubts }: Explanation): string {
  const doubtText = doubts.map(({ count, text }) => `${numberText(count)} ${text}`).join('; ');
  const but = doubtText === '' ? '' : ` ${doubtText}.`;
  if (verdict === 'nothing') return `There is no connectionless RPC in this capture.${but}`;
  if (verdict === 'unknown')
    return `No fault is seen, but the capture does not show that nothing is wrong: ${doubtText}.`;
  if (verdict === 'fine') return 'Nothing is wrong with the RPC in this capture.';
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  return `${countText(problems, 'problem')} found.${but === '' ? '' : ` Beside them:${but}`}`;
}

/** `(3 of 237 listed; --json has 200)`; '' where all are listed. */
export function listedText(listed: number, inDocument: number, omitted: number): string {
  const total = inDocument + omitted;
  if (listed >= total) return '';
  const others = inDocument > listed ? `; --json has ${omitted === 0 ? 'the others' : numberText(inDocument)}` : '';
  return `${numberText(listed)} of ${numberText(total)} listed${others}`;
}

/** `packet 12, 0.4 s, 10.0.0.9:5000 → 10.0.0.5:1047:` */
export function whereText({ frame, ms, client, server }: FindingExample): string {
  const who = client === null ? server : server === null ? client : `${client} → ${server}`;
  const parts = [frame === null ? null : `packet ${frame}`, durationText(Math.max(0, ms)), who];
  return `${parts.filter((part) => part !== null).join(', ')}:`;
}

export function portsLine({ opens, failed, closed, distinctPorts, range, reused }: HostPorts): string {
  const ports = `${countText(distinctPorts, 'port')} (${range.first === range.last ? range.first : `${range.first}–${range.last}`})`;
  return (
    `${ports} in ${countText(opens, 'open')}, ${numberText(closed)} closed, ${numberText(failed)} failed; ` +
    `used again: ${numberText(reused.afterClose)} after a close, ${numberText(reused.afterFailure)} after a failure`
  );
}

/** What becomes of the pool: that it is used up, or when it will be, with what that rests on; null: nothing can be told. */
export function forecastText({ forecast, usedUpMs }: HostPorts): string | null {
  if (usedUpMs !== null) return `used up: each of the RPC ports given was lost by ${durationText(usedUpMs)}`;
  if (forecast === null) return null;
  const { pool, recycle, everyMs, failureRate, firstRefusal, exhaustionMs, steadyNeed } = forecast;
  const basis = { given: 'given', assumed: 'assumed: --ports tells them', seen: 'as wide as was seen' }[pool.basis];
  const recycled = { given: 'given', assumed: 'assumed: --recycle-after tells it', seen: 'as was seen' }[recycle.basis];
  const load = `one open each ${durationText(everyMs)}, ${percentText(failureRate)} of them failing`;
  const rests = `${load}, a pool of ${countText(pool.size, 'port')} (${basis}), closed ports back after ${durationText(recycle.ms)} (${recycled})`;
  if (firstRefusal === null) return `forecast: ${rests}: it suffices, ${countText(steadyNeed, 'port')} needed`;
  const refusal = `first refusal after ${quantilesText(firstRefusal.ms, durationText)}`;
  const end =
    exhaustionMs === null ? 'never exhausted' : `exhausted after ${quantilesText(exhaustionMs, durationText)}`;
  return `forecast: ${rests}: ${refusal}, ${end}, counted from the first open`;
}

export function conversationLine(view: ConversationView): string {
  const { client, asked, answeredFrom, translated, activity, frame, ms } = view;
  const server = answeredFrom ?? asked;
  const via =
    asked !== null && answeredFrom !== null && (asked.host !== answeredFrom.host || asked.port !== answeredFrom.port)
      ? ` (asked ${endpoint(asked)})`
      : '';
  const to = server === null ? 'unknown' : endpoint(server);
  const nat = translated === null ? '' : ` (behind a NAT: ${endpoint(translated)})`;
  return `packet ${frame}, ${durationText(Math.max(0, ms))}: ${endpoint(client)}${nat} → ${to}${via}, activity ${activity}`;
}

/** `0  clusapi ApiOpenCluster: ERROR_SUCCESS, 0.4 ms` */
export function callLine(call: CallView): string {
  const name = `${call.interface.name ?? `${call.interface.uuid} ${call.interface.version}`} ${call.operation ?? `operation ${call.opnum}`}`;
  const { kind, status, win32 } = call.result;
  const symbol = status === null ? '' : ` ${status.symbol}`;
  const told = win32 === null || win32.symbol === status?.symbol ? '' : ` (${win32.symbol})`;
  const time = call.durationMs === null ? [] : [durationText(Math.max(0, call.durationMs))];
  return [`${call.sequence} ${name}: ${RESULT_WORDS[kind]}${symbol}${told}`, ...time, ...details(call)].join(', ');
}

function details({
  request,
  response,
  pings,
  workings,
  nocalls,
  refusal,
  facks,
  callbacks,
  findings,
  ...call
}: CallView): string[] {
  const numbers = [
    [request.fragments > 1 ? request.fragments : 0, 'request fragment'],
    [response.fragments > 1 ? response.fragments : 0, 'response fragment'],
    [request.retransmissions + response.retransmissions, 'retransmission'],
    [pings, 'ping'],
    [workings, 'working'],
    [nocalls, 'nocall'],
    [facks.client + facks.server, 'fack'],
    [call.cancels, 'cancel'],
  ] as const;
  return [
    ...(call.semantics === 'at-most-once' ? [] : [call.semantics]),
    ...(call.authentication === null ? [] : [authenticationText(call.authentication)]),
    ...(refusal === null ? [] : [`ICMP ${refusal.reason} from ${refusal.by}`]),
    ...numbers.filter(([count]) => count > 0).map(([count, what]) => countText(count, what)),
    ...callbacks.map(({ operation, answeredAfterMs }) =>
      answeredAfterMs === null ? `${operation} unanswered` : `${operation} answered`,
    ),
    ...findings.map((id) => `[${id}]`),
  ];
}

/** auth_proto and protection levels ([MS-RPCE] 2.2.1.1.7 and 2.2.1.1.8). */
const AUTH_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [1, 'DCE secret key'],
  [2, 'DCE public key'],
  [9, 'SPNEGO'],
  [10, 'NTLM'],
  [14, 'TLS'],
  [16, 'Kerberos'],
  [68, 'Netlogon'],
]);
const AUTH_LEVELS = ['default', 'none', 'connect', 'call', 'packet', 'integrity', 'privacy'] as const;

/** `NTLM at integrity` */
function authenticationText({ protocol, level }: NonNullable<CallView['authentication']>): string {
  const name = AUTH_PROTOCOLS.get(protocol) ?? `authentication ${protocol}`;
  return level === null ? name : `${name} at ${AUTH_LEVELS[level] ?? `level ${level}`}`;
}

function endpoint({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
