import type { HostPorts } from '../explain/port-types.ts';
import type { CallView, ConversationView, Explanation, Finding } from '../explain/types.ts';
import {
  callLine,
  conclusionText,
  conversationLine,
  forecastText,
  listedText,
  portsLine,
  sourceLine,
  totalsRows,
  whereText,
} from './explain-words.ts';
import { countText, durationText } from './text/figures.ts';
import { rowsText } from './text/rows.ts';
import { PLAIN, type Style } from './text/style.ts';

export interface ExplainTextOptions {
  /** Conversations that are listed, those with findings first; the others are in the document. */
  readonly conversations?: number | undefined;
}

/** What `clusrpc explain` prints for people: what is in the capture, what is wrong, the ports, the conversations. */
export function explainText(explanation: Explanation, style: Style = PLAIN, options: ExplainTextOptions = {}): string {
  const { findings, hosts, conversations, omitted } = explanation;
  const { conversations: limit = 20 } = options;
  const listing = listedText(Math.min(limit, conversations.length), conversations.length, omitted.conversations);
  const shown = listing === '' ? '' : ` (${listing})`;
  const sections = [
    [style.bold(sourceLine(explanation)), rowsText(totalsRows(explanation)).trimEnd()],
    findings.flatMap((finding) => findingLines(finding, style)),
    section(
      'Client ports',
      hosts.flatMap((host) => hostLines(host, style)),
      style,
    ),
    section(`Conversations${shown}`, listed(conversations, limit, style), style),
    [style.bold(conclusionText(explanation))],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

function findingLines({ severity, title, count, firstMs, meaning, advice, examples }: Finding, style: Style): string[] {
  const isProblem = severity === 'problem';
  const mark = isProblem ? style.red('✗') : style.yellow('!');
  const often = count === 1 ? '' : `, ${countText(count, 'time')}`;
  return [
    `${mark} ${style.bold(title)}${often}, first at ${durationText(Math.max(0, firstMs))}`,
    `    ${meaning}`,
    ...examples.map((example) => `    ${style.dim(whereText(example))} ${example.detail}`),
    `    → ${advice}`,
  ];
}

function hostLines(host: HostPorts, style: Style): string[] {
  const paint = {
    leak: style.red,
    'leak-likely': style.red,
    'never-reused': style.yellow,
    none: style.green,
    unclear: style.dim,
  }[host.verdict];
  const forecast = forecastText(host);
  return [
    `  ${host.host}: ${portsLine(host)}`,
    `    ${paint(host.verdict)}: ${host.because}`,
    ...(forecast === null ? [] : [`    ${forecast}`]),
  ];
}

function listed(conversations: readonly ConversationView[], limit: number, style: Style): string[] {
  const troubled = conversations.filter(isTroubled);
  const fine = conversations.filter((each) => !isTroubled(each));
  return [...troubled, ...fine]
    .slice(0, limit)
    .toSorted((a, b) => a.frame - b.frame)
    .flatMap((conversation) => [
      `  ${conversationLine(conversation)}`,
      ...conversation.calls.map((call) => `    ${callMark(call, style)} ${callLine(call)}`),
      ...(conversation.omittedCalls === 0 ? [] : [`    ${countText(conversation.omittedCalls, 'more call')}`]),
    ]);
}

function isTroubled({ calls }: ConversationView): boolean {
  return calls.some(({ findings }) => findings.length > 0);
}

function callMark({ findings, result }: CallView, style: Style): string {
  if (findings.length > 0) return style.red('✗');
  return result.kind === 'response' ? style.green('✓') : style.yellow('?');
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : [style.bold(title), ...lines];
}
