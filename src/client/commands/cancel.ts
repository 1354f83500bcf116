import { Command } from 'commander';

export const cancelCommand = (): Command =>
  new Command('cancel')
    .description('End a run; nothing is undone, and kha resume goes on from there')
    .argument('<cluster>')
    .addHelpText('after', '\nExample:\n  kha cancel prod')
    .action(async (cluster: string) => {
      const [{ withClient }, { latestRun }, { UsageError }] = await Promise.all([
        import('../connect.js'),
        import('../runs.js'),
        import('../explain.js'),
      ]);
      await withClient(async ({ client }) => {
        const { handle, description } = await latestRun(client, cluster);
        if (description.status.name !== 'RUNNING')
          throw new UsageError(`the run of ${cluster} has ended already (${description.status.name.toLowerCase()})`);
        await handle.cancel();
        await handle.result().catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'WorkflowFailedError') throw error;
        });
        console.log(`the run of ${cluster} is cancelled; go on later with: kha resume ${cluster}`);
      });
    });
