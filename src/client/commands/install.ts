import { Command } from 'commander';
import { onlyOption } from '../only-option.js';

export const installCommand = (): Command =>
  new Command('install')
    .description('Install a cluster, or workers more into one that stands, or attach to the install that is under way')
    .argument('<file>', 'cluster.yaml')
    .option('--attach', 'attach to the install that is under way even when it has another spec')
    .addOption(onlyOption())
    .addHelpText('after', '\nExamples:\n  kha install cluster.yaml\n  kha install cluster.yaml --only w7,w8')
    .action(async (file: string, { attach = false, only }: { attach?: boolean; only?: string[] }) => {
      const [
        { provedSpec },
        { withClient },
        { freshWorker },
        { refuseDifferences },
        { startOrAttach },
        { conclude },
        { subjectOf },
      ] = await Promise.all([
        import('../spec/proved.js'),
        import('../connect.js'),
        import('../fresh-worker.js'),
        import('../standing.js'),
        import('../attach.js'),
        import('../conclude.js'),
        import('../subject.js'),
      ]);
      const spec = await provedSpec(file);
      const { cluster, warnings, text } = spec;
      const subject = subjectOf(cluster, only);
      if (warnings.length > 0) console.error((await import('../spec/format.js')).formatProblems(warnings, text));
      await withClient(async (connected) => {
        await freshWorker(connected, cluster);
        if (!attach) await refuseDifferences(connected.client, spec, subject);
        await conclude(connected, await startOrAttach(connected.client, cluster, attach, subject));
      });
    });
