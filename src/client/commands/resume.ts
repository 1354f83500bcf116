import { Command } from 'commander';

export const resumeCommand = (): Command =>
  new Command('resume')
    .description('Attach to a run; one that failed or was cancelled is started again from its own spec')
    .argument('<cluster>')
    .addHelpText('after', '\nExample:\n  kha resume prod')
    .action(async (cluster: string) => {
      const [{ withClient }, { freshWorker }, { begin, latestRun }, { conclude }, { inputOfRun }, { subjectText }] =
        await Promise.all([
          import('../connect.js'),
          import('../fresh-worker.js'),
          import('../runs.js'),
          import('../conclude.js'),
          import('../../activities/input-of-run.js'),
          import('../../workflows/messages.js'),
        ]);
      await withClient(async (connected) => {
        const { client } = connected;
        const { handle, description } = await latestRun(client, cluster);
        if (description.status.name === 'RUNNING' || description.status.name === 'COMPLETED')
          return conclude(connected, handle);
        const { cluster: spec, subject } = await inputOfRun(client, handle.workflowId, description.runId);
        console.error(
          `the last run of ${cluster} ended ${description.status.name.toLowerCase()}: starting again from its own spec${subject ? `, for ${subjectText(subject.hosts)}` : ''}; what is done stays done`,
        );
        await freshWorker(connected, spec);
        await conclude(connected, await begin(client, spec, 'apply', subject));
      });
    });
