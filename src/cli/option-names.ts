import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** What of the library the command line calls something else. */
const RENAMED: Readonly<Record<string, string>> = {
  endpointMapperPort: '--epm-port',
  localAddress: '--source',
  targetsFile: '--targets',
  authLevel: '--auth',
  credentials: '--user',
  keepTrying: '--keep-trying-logon',
  'ntlmV1: true': '--ntlm v1',
  neededPool: '`clusrpc ports --every`',
  collectorScript: '`clusrpc collector`',
};

/** A message of the library for someone who typed a command: `eachPort needs localPorts` names options of JavaScript. */
export function inOptionNames(text: string, command: CommandUnknownOpts): string {
  const known = namesOf(command);
  return adviceInOptionNames(text, command).replace(
    /(?<![\w.$-])[a-z]+(?:[A-Z][a-z]+)+(?![\w(-])/g,
    (name) => known.get(name) ?? name,
  );
}

/** What stands in a report, where only backquotes tell an option of the library, `stageTimeout` or `transport: udp`, from any other word. */
export function adviceInOptionNames(text: string, command: CommandUnknownOpts): string {
  const known = namesOf(command);
  return text.replace(/`([a-z]\w*)(?:: ([\w,-]+))?`/gi, (whole, name: string, value?: string) => {
    const exact = known.get(whole.slice(1, -1));
    const option = known.get(name);
    if (exact !== undefined) return exact;
    if (option === undefined) return whole;
    return value === undefined || value === 'true' ? option : `${option} ${value}`;
  });
}

function namesOf(command: CommandUnknownOpts): ReadonlyMap<string, string> {
  const names = command.options.map((option) => [option.attributeName(), option.long ?? option.flags] as const);
  return new Map<string, string>([...Object.entries(RENAMED), ...names]);
}
