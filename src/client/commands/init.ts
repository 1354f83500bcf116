import { Command, Option } from 'commander';
import { UsageError } from '../explain.js';
import type { Tool } from '../import/read-inventory.js';

interface InitOptions {
  readonly from?: Tool;
  readonly interactive?: boolean;
}

export const initCommand = (): Command =>
  new Command('init')
    .description('Write a commented cluster.yaml to start from, or one translated from another tool’s inventory')
    .argument('[file]', 'where to; - prints it (default: cluster.yaml). With --from: what to translate')
    .argument('[to]', 'with --from: where to; - prints it (default: cluster.yaml)')
    .addOption(
      new Option('--from <tool>', 'translate an inventory of this tool').choices([
        'kubespray',
        'kubeone',
        'k0sctl',
        'kubekey',
      ]),
    )
    .addOption(new Option('--interactive', 'ask for addresses and the like, and write the spec').conflicts('from'))
    .usage('[file] | --interactive [file] | --from <tool> <inventory> [file]')
    .addHelpText(
      'after',
      '\nExamples:\n  kha init cluster.yaml\n  kha init --interactive prod.yaml\n  kha init --from kubespray inventory/prod/hosts.yaml prod.yaml',
    )
    .action(async (file: string | undefined, to: string | undefined, { from, interactive }: InitOptions) => {
      if (from) return translated(from, file, to ?? 'cluster.yaml');
      if (to !== undefined)
        throw new UsageError('kha init takes one file; to translate an inventory name its tool with --from');
      if (interactive) return asked(file ?? 'cluster.yaml');
      const { template } = await import('../spec/template.js');
      await write(file ?? 'cluster.yaml', template, 'edit it');
    });

async function asked(file: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageError(
      'kha init --interactive asks questions and needs a terminal; without one write a file with kha init FILE, and edit it',
    );
  const { existsSync } = await import('node:fs');
  if (file !== '-' && existsSync(file)) throw new UsageError(isThere(file));
  const { asking, interview } = await import('../interview.js');
  const { ask, end } = asking(process.stdin, process.stderr);
  try {
    await write(file, await interview(ask, console.error), 'look it over');
  } finally {
    end();
  }
}

const isThere = (file: string): string => `${file} is there already; name another file, or remove it first`;

async function translated(tool: Tool, inventory: string | undefined, file: string): Promise<void> {
  if (inventory === undefined)
    throw new UsageError(`name the ${tool} file to translate: kha init --from ${tool} INVENTORY [FILE]`);
  const { translate } = await import('../import/read-inventory.js');
  const { spec, notes } = await translate(tool, inventory);
  const { where } = await import('../import/ledger.js');
  const said = notes.filter(({ kind }) => kind !== 'left');
  const toFill = notes.filter(({ kind }) => kind === 'fill').length;
  const left = notes.length - said.length;
  await write(file, spec, toFill > 0 ? `fill in what is marked TODO (${toFill})` : 'read its comments');
  for (const { kind, words, place } of said)
    console.error(`${kind === 'fill' ? 'TODO' : 'note'} ${place ? `${where(place)}: ` : ''}${words}`);
  if (left > 0) console.error(`note ${left} settings have no counterpart; they stand as comments at the end`);
}

/** Never over a file that is there. */
async function write(file: string, spec: string, next: string): Promise<void> {
  if (file === '-') return void process.stdout.write(spec);
  const [{ writeFile }, path, { jsonSchema }] = await Promise.all([
    import('node:fs/promises'),
    import('node:path'),
    import('../spec/json-schema.js'),
  ]);
  try {
    await writeFile(file, spec, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new UsageError(isThere(file));
    throw error;
  }
  const schema = path.join(path.dirname(file), 'cluster.schema.json');
  await writeFile(schema, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  console.log(`Wrote ${file}, and ${schema} for editors. Next: ${next}, then kha validate ${file}`);
}
