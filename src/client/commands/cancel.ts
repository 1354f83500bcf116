import { Command } from 'commander';

export const cancelCommand = (): Command =>
  new Command('cancel')
    .description('End a run; nothing is undone, and kha resume goes on from there')
    .argument('<cluster>')
    .addHelpText('after', '\nExample:\n  kha cancel prod')
    .action(async (cluster: string) => {
      const [{ withClient }, { latestRun }, { UsageError }, { cancelRun }] = await Promise.all([
        import('../connect.js'),
        import('../runs.js'),
        import('../explain.js'),
        import('../cancel.js'),
      ]);
      await withClient(async ({ client }) => {
        const { handle, description } = await latestRun(client, cluster);
        if (description.status.name !== 'RUNNING')
          throw new UsageError(`the run of ${cluster} has ended already (${description.status.name.toLowerCase()})`);
        const { status, left } = await cancelRun(client, handle, (words) => console.error(words));
        if (status !== 'cancelled') throw new Error(`the run of ${cluster} ended by itself meanwhile: ${status}`);
        for (const words of left) console.error(words);
        console.log(`the run of ${cluster} is cancelled; go on later with: kha resume ${cluster}`);
      });
    });
