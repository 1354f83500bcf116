import { Command } from 'commander';

export const workerCommand = (): Command =>
  new Command('worker')
    .description('Run a worker for the configured Temporal server; the embedded engine has its own')
    .addHelpText('after', '\nExample:\n  TEMPORAL_ADDRESS=temporal.example.org:7233 kha worker')
    .action(async () => {
      const [{ workerServer }, { runWorker }] = await Promise.all([
        import('../../engine/connection.js'),
        import('../../worker.js'),
      ]);
      await runWorker(await workerServer());
    });
