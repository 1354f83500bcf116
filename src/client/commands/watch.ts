import { Command } from 'commander';

export const watchCommand = (): Command =>
  new Command('watch')
    .description('Watch a run until it ends')
    .argument('<cluster>')
    .addHelpText('after', '\nExample:\n  kha watch prod')
    .action(async (cluster: string) => {
      const [{ withClient }, { latestRun }, { conclude }] = await Promise.all([
        import('../connect.js'),
        import('../runs.js'),
        import('../conclude.js'),
      ]);
      await withClient(async (connected) => conclude(connected, (await latestRun(connected.client, cluster)).handle));
    });
