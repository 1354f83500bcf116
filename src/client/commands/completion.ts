import { Argument, Command } from 'commander';

export const completionCommand = (): Command =>
  new Command('completion')
    .description('Print shell completion')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', '\nExample:\n  source <(kha completion bash)')
    .action((shell: string, _options: unknown, command: Command) => {
      const words = tree(command.parent!);
      console.log(shell === 'fish' ? fish(words) : bash(words, shell === 'zsh'));
    });

/** What may follow each command: its subcommands, choices and options. */
function tree(root: Command, path: readonly string[] = []): Map<string, string[]> {
  const visible = root
    .createHelp()
    .visibleCommands(root)
    .filter((command) => command.name() !== 'help');
  const choices = root.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const options = root
    .createHelp()
    .visibleOptions(root)
    .flatMap(({ long }) => (long ? [long] : []));
  const found = new Map([[path.join(' '), [...visible.map((command) => command.name()), ...choices, ...options]]]);
  for (const command of visible)
    for (const [place, words] of tree(command, [...path, command.name()])) found.set(place, words);
  return found;
}

function bash(words: ReadonlyMap<string, string[]>, zsh: boolean): string {
  const cases = [...words].map(
    ([path, list]) => `    ${JSON.stringify(path)}) words=${JSON.stringify(list.join(' '))} ;;`,
  );
  return `${zsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_kha() {
  local path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac; done
  while :; do
    case "$path" in
${cases.join('\n')}
    esac
    if [ -n "$words" ] || [ -z "$path" ]; then break; fi
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _kha kha`;
}

const fish = (words: ReadonlyMap<string, string[]>): string =>
  [...words]
    .flatMap(([path, list]) =>
      list.map(
        (word) =>
          `complete -c kha ${path ? `-n '__fish_seen_subcommand_from ${path.split(' ').at(-1)}'` : '-n __fish_use_subcommand'} ${word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`}`,
      ),
    )
    .join('\n');
