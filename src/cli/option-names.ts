import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** Options of the library that the command line calls something else. */
const RENAMED: Readonly<Record<string, string>> = {
  endpointMapperPort: '--epm-port',
  localAddress: '--source',
  targetsFile: '--targets',
};

/** A message of the library for someone who typed a command: `eachPort needs localPorts` names options of JavaScript. */
export function inOptionNames(text: string, command: CommandUnknownOpts): string {
  const names = command.options.map((option) => [option.attributeName(), option.long ?? option.flags] as const);
  const known = new Map<string, string>([...Object.entries(RENAMED), ...names]);
  return text.replace(/(?<![\w.$-])[a-z]+(?:[A-Z][a-z]+)+(?![\w(-])/g, (name) => known.get(name) ?? name);
}
