import type { HostPorts } from '../explain/port-types.ts';
import type { ConversationView, Explanation, Finding } from '../explain/types.ts';
import { growthPlot, growthTable, portsPlot, portsTable } from './explain-plot.ts';
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
import { figure, type PageOrigin, page, paragraphs, rowsTable, text, type Verdict, verdictBox } from './page/page.ts';
import { countText } from './text/figures.ts';

/** What a capture shows, the verdict first. */
export function explainHtml(explanation: Explanation, origin: PageOrigin): string {
  const { findings, hosts, conversations, source, omitted } = explanation;
  return page({
    title: `Datagram RPC in ${source.name ?? 'a capture'}`,
    verdict: { tone: TONES[explanation.verdict], text: [conclusionText(explanation), ...wrongs(findings)] },
    origin,
    body: [
      paragraphs([sourceLine(explanation)]),
      ...(findings.length === 0 ? [] : ['<h2>Findings</h2>', ...findings.map(finding)]),
      ...(hosts.length === 0
        ? []
        : ['<h2>Client ports over time</h2>', ...hosts.map((host) => ports(host, source.durationMs))]),
      '<h2>The whole capture</h2>',
      rowsTable(totalsRows(explanation)),
      ...(conversations.length === 0 ? [] : ['<h2>Conversations</h2>', ...conversations.map(conversation)]),
      ...(omitted.conversations === 0
        ? []
        : [paragraphs([`${countText(omitted.conversations, 'more conversation')} in the capture.`])]),
    ],
  });
}

/** What is wrong, in the words of the findings below. */
function wrongs(findings: readonly Finding[]): readonly string[] {
  const problems = findings.filter(({ severity }) => severity === 'problem');
  return problems.map(({ title, count }) => {
    const said = title.replace(/\.$/, '');
    return count === 1 ? `${said}.` : `${said}, ${countText(count, 'time')}.`;
  });
}

const TONES: Readonly<Record<Explanation['verdict'], Verdict['tone']>> = {
  fine: 'good',
  problems: 'bad',
  nothing: 'unclear',
  unknown: 'unclear',
};

function finding({ severity, title, meaning, advice, count, examples }: Finding): string {
  const often = count === 1 ? '' : ` <small>${countText(count, 'time')}</small>`;
  const cases = examples.map(
    (example) => `<li><span class="quiet">${text(whereText(example))}</span> ${text(example.detail)}</li>`,
  );
  return `<section>
<div class="verdict ${severity === 'problem' ? 'bad' : 'unclear'}">
<h3>${text(title)}${often}</h3>
${paragraphs([meaning, `→ ${advice}`])}
</div>
<ul>${cases.join('\n')}</ul>
</section>`;
}

function ports(host: HostPorts, durationMs: number): string {
  const forecast = forecastText(host);
  const { tone, words } = PORT_VERDICTS[host.verdict];
  return `<section>
<h3>${text(host.host)}</h3>
${verdictBox({ tone, text: [words, host.because] })}
${paragraphs([portsLine(host), ...(forecast === null ? [] : [forecast])])}
${figure(portsPlot(host, durationMs), 'Ports over time', portsTable(host))}
${figure(growthPlot(host, durationMs), 'How many different ones', growthTable(host))}
</section>`;
}

const PORT_VERDICTS: Readonly<Record<HostPorts['verdict'], { tone: Verdict['tone']; words: string }>> = {
  leak: { tone: 'bad', words: 'Its ports leak.' },
  'leak-likely': { tone: 'bad', words: 'Its ports probably leak.' },
  'never-reused': { tone: 'unclear', words: 'No port is used twice.' },
  none: { tone: 'good', words: 'Its ports do not leak.' },
  unclear: { tone: 'unclear', words: 'Whether its ports leak cannot be told.' },
};

function conversation(view: ConversationView): string {
  const calls = view.calls.map(
    (call) => `<li${call.findings.length > 0 ? ' class="bad-text"' : ''}>${text(callLine(call))}</li>`,
  );
  const more = view.omittedCalls === 0 ? '' : `\n<li>${countText(view.omittedCalls, 'more call')}</li>`;
  return `<details>\n<summary>${text(conversationLine(view))}</summary>\n<ul>\n${calls.join('\n')}${more}\n</ul>\n</details>`;
}
