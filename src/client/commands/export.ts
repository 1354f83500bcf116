import { Command, Option } from 'commander';
import type { Source } from '../../export/report.js';
import type { KubeObject } from '../../export/fields.js';
import { UsageError } from '../explain.js';

interface Options {
  readonly output?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly from?: string;
  readonly registry?: ReadonlyMap<string, string>;
  readonly exitCode?: boolean;
}
type Found = Source & { readonly objects: readonly KubeObject[] };

export const exportCommand = (): Command =>
  new Command('export')
    .description('Write a cluster’s objects as Kubernetes v1.37 takes them, and what has no successor or wants a hand')
    .argument('[cluster]', 'its spec file, or its name where a run of it is known')
    .addOption(
      new Option('--kubeconfig <file>', 'a cluster that kha did not install, by this kubeconfig').conflicts('from'),
    )
    .addOption(new Option('--context <name>', 'of --kubeconfig (default: its current one)').conflicts('from'))
    .option('--from <file>', 'what kubectl get … -A -o json wrote, in place of a cluster')
    .option('--output <folder>', 'where to (default: CLUSTER-export)')
    .option(
      '--registry <old=new>',
      'name images of a registry, or below a path of it, otherwise; may be given again',
      renamed,
    )
    .option('--exit-code', 'end with 4 when something is left to a person')
    .usage('<cluster> | --kubeconfig <file> | --from <file>')
    .addHelpText(
      'after',
      '\nExamples:\n  kha export old.yaml --output old-export\n  kha export --kubeconfig admin.conf --output old-export\n\nIt only asks. Secrets are in the folder as they are in the cluster.',
    )
    .action(async (which: string | undefined, options: Options) => {
      if ([which, options.kubeconfig, options.from].filter((one) => one !== undefined).length !== 1)
        throw new UsageError('name one to export: a cluster, or --kubeconfig FILE, or --from FILE');
      if (options.context !== undefined && options.kubeconfig === undefined)
        throw new UsageError('--context is of --kubeconfig FILE');
      const [{ exportOf, needsHands }, { filesOf }, { mayWrite, writeExport }] = await Promise.all([
        import('../../export/export.js'),
        import('../export/files.js'),
        import('../export/write.js'),
      ]);
      // Before a long question: what cannot be written is not asked for.
      if (options.output !== undefined) await mayWrite(options.output);
      const { objects, ...source } = await found(which, options);
      const folder = options.output ?? `${source.cluster}-export`;
      const made = exportOf(objects, options.registry);
      await writeExport(folder, filesOf(source, made));
      const hands = made.exported.filter(({ notes }) => notes.byHand.length > 0).length;
      console.log(
        `Wrote ${made.exported.length} objects to ${folder}: ${hands} of them want a hand, ${made.withoutSuccessor.length} more have no successor, ${made.left.length} were left as the old cluster’s own`,
      );
      for (const one of source.unread) console.error(`! not read: ${one}`);
      console.log(`Next: read ${folder}/report.md, which has the commands that apply it`);
      if (options.exitCode && (needsHands(made) || source.unread.length > 0)) process.exitCode = 4;
    });

/** One more registry with another name: `old.example:5000=new.example/old`. */
function renamed(value: string, others: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const [old = '', today = '', more] = value.split('=').map((one) => one.replace(/\/+$/, ''));
  if (old === '' || today === '' || more !== undefined)
    throw new UsageError(`--registry ${value}: expected OLD=NEW, such as old.example:5000=registry.example/old`);
  return new Map([...others, [old, today]]);
}

async function found(which: string | undefined, { kubeconfig, context, from }: Options): Promise<Found> {
  const path = await import('node:path');
  const nameOf = (file: string): string => path.basename(file, path.extname(file));
  if (from !== undefined) {
    const { readDump } = await import('../export/read-dump.js');
    return { cluster: nameOf(from), unread: [], objects: await readDump(from) };
  }
  if (which !== undefined) return ofCluster(which);
  const file = kubeconfig!;
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new UsageError(`${file} cannot be read: ${why}`);
  });
  return { cluster: context ?? nameOf(file), ...(await taken(text, file, context)) };
}

async function ofCluster(which: string): Promise<Found> {
  const [{ withClient }, { freshWorker }, { whichCluster }, { adminKubeconfig }] = await Promise.all([
    import('../connect.js'),
    import('../fresh-worker.js'),
    import('../which-cluster.js'),
    import('../admin-kubeconfig.js'),
  ]);
  const { name, kubeconfig } = await withClient(async (connected) => {
    const cluster = await whichCluster(connected.client, which);
    await freshWorker(connected, cluster);
    return { name: cluster.name, kubeconfig: await adminKubeconfig(connected.client, cluster) };
  });
  return { cluster: name, ...(await taken(kubeconfig, `the kubeconfig of ${name}`)) };
}

async function taken(kubeconfig: string, file: string, context?: string): Promise<Omit<Found, 'cluster'>> {
  const [{ loginOf }, { openApi }, { takeObjects }] = await Promise.all([
    import('../export/login.js'),
    import('../export/api.js'),
    import('../export/take.js'),
  ]);
  const api = openApi(await loginOf(kubeconfig, file, context));
  try {
    return await takeObjects(api.ask, (words) => process.stderr.write(`· ${words}\n`));
  } finally {
    api.end();
  }
}
