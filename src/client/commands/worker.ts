import { Command } from 'commander';

export const workerCommand = (): Command =>
  new Command('worker')
    .description('Run a worker for the configured Temporal server; the embedded engine has its own')
    .option(
      '--task-queue <name>',
      'serve the clusters whose spec names this queue, for a site that only this worker reaches',
    )
    .option(
      '--site <name...>',
      'serve the hosts at this site, and nothing else; the worker must reach them and the control planes',
    )
    .addHelpText(
      'after',
      `
Examples:
  TEMPORAL_ADDRESS=temporal.example.org:7233 kha worker
  TEMPORAL_ADDRESS=temporal.example.org:7233 kha worker --site berlin --site paris`,
    )
    .action(async ({ taskQueue, site }: { taskQueue?: string; site?: string[] }) => {
      const [{ workerServer }, { runWorker }, { siteName }, { UsageError }] = await Promise.all([
        import('../../engine/connection.js'),
        import('../../worker.js'),
        import('../../cluster/schema/names.js'),
        import('../explain.js'),
      ]);
      for (const one of site ?? []) {
        const { error } = siteName.safeParse(one);
        if (error) throw new UsageError(`--site: ${one} is not ${error.issues[0]!.message}`);
      }
      await runWorker(await workerServer(), { taskQueue, sites: [...new Set(site)] });
    });
