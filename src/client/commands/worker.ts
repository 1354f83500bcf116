import { Command } from 'commander';

export const workerCommand = (): Command =>
  new Command('worker')
    .description('Run a worker for the configured Temporal server; the embedded engine has its own')
    .option(
      '--task-queue <name>',
      'serve the clusters whose spec names this queue, for a site that only this worker reaches',
    )
    .addHelpText('after', '\nExample:\n  TEMPORAL_ADDRESS=temporal.example.org:7233 kha worker')
    .action(async ({ taskQueue }: { taskQueue?: string }) => {
      const [{ workerServer }, { runWorker }] = await Promise.all([
        import('../../engine/connection.js'),
        import('../../worker.js'),
      ]);
      await runWorker(await workerServer(), taskQueue);
    });
