import { Command } from 'commander';

export const approveCommand = (): Command =>
  new Command('approve')
    .description('Open a gate, now or ahead of time')
    .argument('<cluster>')
    .argument('<gate>', 'before-changes, before-control-plane or before-switch-over')
    .addHelpText('after', '\nExample:\n  kha approve prod before-changes')
    .action(async (cluster: string, gate: string) => {
      const [{ withClient }, { latestRun, operator }] = await Promise.all([
        import('../connect.js'),
        import('../runs.js'),
      ]);
      await withClient(async ({ client }) => {
        const { handle } = await latestRun(client, cluster);
        await handle.executeUpdate('approve', { args: [{ gate, by: operator() }] });
        console.log(`gate ${gate} of ${cluster} is open`);
      });
    });
