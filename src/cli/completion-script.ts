import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { choicesOf } from './values.ts';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

/** What can be typed behind the name of the program. */
interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
}

interface OptionWords {
  /** `--epm-port`, or `-4` where there is no long form. */
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty where the value is free. */
  readonly values: readonly string[];
}

export function vocabularyOf(commands: readonly CommandUnknownOpts[]): readonly CommandWords[] {
  return commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => ({
        flag: option.long ?? option.flags,
        description: option.description,
        takesValue: option.required || option.optional,
        values: choicesOf(option.parseArg),
      })),
  }));
}

/** The script for that shell: commands first, then the options of the command that is named, then their values or files. */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  return { bash, zsh, fish, powershell }[shell](commands);
}

function bash(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options }) => {
    const values = options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, values }) => {
        const words = values.length === 0 ? 'COMPREPLY=($(compgen -f -- "$word"))' : reply(values);
        return `        ${flag}) ${words}; return ;;`;
      });
    return [
      `    ${name})`,
      ...(values.length === 0 ? [] : ['      case "$before" in', ...values, '      esac']),
      `      [[ $word == -* ]] && ${reply(options.map(({ flag }) => flag))} || COMPREPLY=($(compgen -f -- "$word")) ;;`,
    ].join('\n');
  });
  return `# bash completion for clusrpc: source <(clusrpc completion bash)
_clusrpc() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  if ((COMP_CWORD == 1)); then
    ${reply(commands.map(({ name }) => name))}
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -o filenames -F _clusrpc clusrpc
`;
}

function reply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`;
}

function zsh(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options }) => {
    const specs = options.map(({ flag, description, takesValue, values }) => {
      const value = takesValue ? `:value:${values.length === 0 ? '_files' : `(${values.join(' ')})`}` : '';
      return `      ${quoted(`${flag}[${description.replaceAll(/[[\]:]/g, '\\$&')}]${value}`)}`;
    });
    return `    ${name}) _arguments \\\n${[...specs, "      '*:file:_files'"].join(' \\\n')} ;;`;
  });
  return `#compdef clusrpc
# zsh completion for clusrpc: clusrpc completion zsh > "\${fpath[1]}/_clusrpc"
_clusrpc() {
  local -a commands=(
${names.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _clusrpc ]]; then _clusrpc "$@"; else compdef _clusrpc clusrpc; fi
`;
}

function fish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c clusrpc -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ...options.map(({ flag, description, takesValue, values }) => {
      const how = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
      const value = !takesValue ? '' : values.length === 0 ? ' -r -F' : ` -x -a ${quoted(values.join(' '))}`;
      return `complete -c clusrpc -n '__fish_seen_subcommand_from ${name}' ${how}${value} -d ${quoted(description)}`;
    }),
  ]);
  return ['# fish completion for clusrpc: clusrpc completion fish | source', ...lines, ''].join('\n');
}

function powershell(commands: readonly CommandWords[]): string {
  const text = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "''")}'`).join(', ');
  const tables = commands.map(({ name, options }) => {
    const values = options.filter((option) => option.values.length > 0);
    return [
      `    '${name}' = @{`,
      `      options = @(${text(options.map(({ flag }) => flag))})`,
      `      values = @{ ${values.map((option) => `'${option.flag}' = @(${text(option.values)})`).join('; ')} }`,
      '    }',
    ].join('\n');
  });
  return `# PowerShell completion for clusrpc: clusrpc completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName clusrpc -ScriptBlock {
  param($word, $line, $position)
  $commands = @{
${tables.join('\n')}
  }
  $words = @($line.CommandElements | ForEach-Object { $_.ToString() } | Select-Object -Skip 1)
  if ($word -ne '') { $words = @($words | Select-Object -SkipLast 1) }
  if ($words.Count -eq 0) { $candidates = $commands.Keys | Sort-Object }
  elseif ($commands.ContainsKey($words[0])) {
    $command = $commands[$words[0]]
    $before = $words[-1]
    $candidates = if ($command.values.ContainsKey($before)) { $command.values[$before] } else { $command.options }
  }
  $candidates | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

/** In single quotes, as bash, zsh and fish read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
