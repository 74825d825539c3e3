import type { ConversationView, Explanation, Finding, HostPorts } from '../explain/types.ts';
import { growthPlot, portsPlot } from './explain-plot.ts';
import {
  callLine,
  conclusionText,
  conversationLine,
  forecastText,
  portsLine,
  sourceLine,
  totalsRows,
  whereText,
} from './explain-words.ts';
import { escapeMarkup } from './markup.ts';
import { countText } from './text/figures.ts';

/** A page of its own: style and plots inside, no script, nothing loaded, fit for print. */
export function explainHtml(explanation: Explanation): string {
  const { findings, hosts, conversations, source, omitted } = explanation;
  const rest =
    omitted.conversations === 0
      ? ''
      : `<p>${countText(omitted.conversations, 'more conversation')} in the capture.</p>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(sourceLine(explanation))}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Datagram RPC in ${escapeMarkup(source.name ?? 'a capture')}</h1>
<p class="${explanation.verdict}">${escapeMarkup(conclusionText(explanation))}</p>
${table(totalsRows(explanation).map(([name, ...lines]) => [name, lines.join(' ')]))}
${findings.length === 0 ? '' : `<h2>Findings</h2>\n${findings.map(finding).join('\n')}`}
${hosts.length === 0 ? '' : `<h2>Client ports over time</h2>\n${hosts.map((host) => ports(host, source.durationMs)).join('\n')}`}
${conversations.length === 0 ? '' : `<h2>Conversations</h2>\n${conversations.map(conversation).join('\n')}\n${rest}`}</body>
</html>
`;
}

function finding({ severity, title, meaning, advice, count, examples }: Finding): string {
  const often = count === 1 ? '' : ` <small>${countText(count, 'time')}</small>`;
  const cases = examples.map(
    (example) => `<li><span>${escapeMarkup(whereText(example))}</span> ${escapeMarkup(example.detail)}</li>`,
  );
  return `<section class="finding ${severity}">
<h3>${escapeMarkup(title)}${often}</h3>
<p>${escapeMarkup(meaning)}</p>
<ul>${cases.join('\n')}</ul>
<p class="advice">${escapeMarkup(advice)}</p>
</section>`;
}

function ports(host: HostPorts, durationMs: number): string {
  const forecast = forecastText(host);
  return `<section>
<h3>${escapeMarkup(host.host)}</h3>
<p class="${VERDICT_CLASSES[host.verdict]}"><b>${host.verdict}</b>: ${escapeMarkup(host.because)}</p>
<p>${escapeMarkup(portsLine(host))}</p>
${forecast === null ? '' : `<p>${escapeMarkup(forecast)}</p>\n`}<figure>
${portsPlot(host, durationMs)}
${growthPlot(host, durationMs)}
</figure>
</section>`;
}

const VERDICT_CLASSES: Readonly<Record<HostPorts['verdict'], Explanation['verdict'] | 'notice'>> = {
  leak: 'problems',
  'leak-likely': 'problems',
  'never-reused': 'notice',
  none: 'fine',
  unclear: 'nothing',
};

function conversation(view: ConversationView): string {
  const calls = view.calls.map(
    (call) => `<li${call.findings.length > 0 ? ' class="bad"' : ''}>${escapeMarkup(callLine(call))}</li>`,
  );
  const more = view.omittedCalls === 0 ? '' : `<li>${countText(view.omittedCalls, 'more call')}</li>`;
  return `<details><summary>${escapeMarkup(conversationLine(view))}</summary>\n<ul>${calls.join('\n')}${more}</ul></details>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(
    ([name, text]) => `<tr><th scope="row">${escapeMarkup(name)}</th><td>${escapeMarkup(text)}</td></tr>`,
  );
  return `<table>\n${lines.join('\n')}\n</table>`;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; } h3 { font-size: 1rem; margin: 0 0 0.25rem; }
figure { margin: 1rem 0; } svg { width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 0.9rem; } th { text-align: left; vertical-align: top; padding: 0.15rem 1.5rem 0.15rem 0; font-weight: 600; white-space: nowrap; }
section { margin: 1rem 0; } p { margin: 0.25rem 0; } small { font-weight: 400; color: #555; }
.finding, .problems, .notice, .fine, .nothing { border-left: 4px solid #888; padding-left: 0.75rem; }
.problem, .problems { border-left-color: #a3281e; } .notice { border-left-color: #e3a63a; } .fine { border-left-color: #3d7a3d; }
ul { margin: 0.25rem 0; padding-left: 1.25rem; font-size: 0.9rem; } li span { color: #555; } .bad { color: #a3281e; }
.advice::before { content: "→ "; } summary { font-size: 0.85rem; overflow-wrap: anywhere; cursor: pointer; }
@media print { body { font-size: 11pt; margin: 0; max-width: none; } section { break-inside: avoid; } path, line { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
