import type { DoctorFact, DoctorFacts } from '../windows/doctor.ts';
import { PLAIN, type Style } from './text/style.ts';

const NAME_WIDTH = 18;

/** What `clusrpc doctor` prints for people: a line a fact, and what to do below it. */
export function doctorText(facts: DoctorFacts, style: Style = PLAIN): string {
  const { platform, arch, node } = facts;
  const parts = [
    `${style.bold('System')}  ${platform} ${arch}, Node.js ${node}`,
    section('Backends', facts.backends, style),
    section('Peers', facts.peers, style),
    section('Rights', facts.rights, style),
  ];
  return `${parts.join('\n')}\n`;
}

function section(title: string, facts: readonly DoctorFact[], style: Style): string {
  return [style.bold(title), ...facts.flatMap((fact) => factLines(fact, style))].join('\n');
}

function factLines({ name, available, detail, advice }: DoctorFact, style: Style): string[] {
  const mark = available ? style.green('✓') : style.yellow('-');
  const [first = '', ...more] = detail.split('\n');
  return [
    `  ${mark} ${name.padEnd(NAME_WIDTH)}${first}`,
    ...more.map((line) => `    ${' '.repeat(NAME_WIDTH)}${line}`),
    ...(advice === null ? [] : [`    → ${advice}`]),
  ];
}
