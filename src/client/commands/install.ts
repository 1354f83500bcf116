import { Command } from 'commander';

export const installCommand = (): Command =>
  new Command('install')
    .description('Install a cluster, or attach to the install that is under way')
    .argument('<file>', 'cluster.yaml')
    .option('--attach', 'attach to the install that is under way even when it has another spec')
    .addHelpText('after', '\nExample:\n  kha install cluster.yaml')
    .action(async (file: string, { attach = false }: { attach?: boolean }) => {
      const [{ provedSpec }, { withClient }, { freshWorker }, { refuseDifferences }, { startOrAttach }, { conclude }] =
        await Promise.all([
          import('../spec/proved.js'),
          import('../connect.js'),
          import('../fresh-worker.js'),
          import('../standing.js'),
          import('../attach.js'),
          import('../conclude.js'),
        ]);
      const spec = await provedSpec(file);
      const { cluster, warnings, text } = spec;
      if (warnings.length > 0) console.error((await import('../spec/format.js')).formatProblems(warnings, text));
      await withClient(async (connected) => {
        await freshWorker(connected, cluster);
        if (!attach) await refuseDifferences(connected.client, spec);
        await conclude(connected, await startOrAttach(connected.client, cluster, attach));
      });
    });
