import { Command, Option } from 'commander';
import type { CompletedRun } from '../completed-run.js';
import type { Connected } from '../connect.js';
import { printJson } from '../output.js';

type Report = import('../../workflows/messages.js').Report;

export const statusCommand = (): Command =>
  new Command('status')
    .description('Show how a cluster’s last run stands; without a name, every cluster')
    .argument('[cluster]')
    .option('--steps', 'every step on every host, also of a run that is over')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha status prod --output json')
    .action(async (cluster: string | undefined, { steps = false, output }: { steps?: boolean; output: string }) => {
      if (cluster === undefined) return showAll(output);
      const [{ findServer }, { tell }] = await Promise.all([
        import('../../engine/connection.js'),
        import('../tell.js'),
      ]);
      const server = await findServer(tell);
      if (server.engine && !steps) {
        const { completedRun } = await import('../completed-run.js');
        const run = await completedRun(server.engine, cluster);
        if (run) return showCompleted(run, output);
      }
      const [{ withClient }] = await Promise.all([import('../connect.js'), import('../runs.js')]);
      await withClient(({ client }) => showLatest(client, cluster, steps, output), server);
    });

async function showAll(output: string): Promise<void> {
  const { listRuns, printRuns } = await import('../list-runs.js');
  printRuns(await listRuns(false), output);
}

async function showCompleted({ runId, endedAt, report }: CompletedRun, output: string): Promise<void> {
  if (output === 'json') return printJson({ status: 'COMPLETED', runId, phase: 'done', ...report });
  const [{ reportText }, { coloured, paint }] = await Promise.all([
    import('../render/report.js'),
    import('../render/words.js'),
  ]);
  console.log(reportText(report, endedAt, paint(coloured())));
}

async function showLatest(client: Connected['client'], cluster: string, steps: boolean, output: string): Promise<void> {
  const { latestRun } = await import('../runs.js');
  const { handle, description } = await latestRun(client, cluster);
  const { runId } = description;
  const status = description.status.name;
  // Its own report stands in its history; to be asked for every step a worker has to replay all of it.
  if (status === 'COMPLETED' && !steps) {
    const report = (await client.workflow.getHandle(handle.workflowId, runId).result()) as Report;
    return showCompleted({ runId, endedAt: description.closeTime ?? new Date(), report }, output);
  }
  const [{ progressOf }, { labelOf }, { frame }, { coloured, paint }] = await Promise.all([
    import('../progress.js'),
    import('../../workflows/messages.js'),
    import('../render/frame.js'),
    import('../render/words.js'),
  ]);
  const progress = await progressOf(handle);
  if (output === 'json') return printJson({ status, runId, ...progress });
  const size = { rows: 1000, columns: process.stdout.columns ?? 200 };
  console.log(frame(progress, Date.now(), size, paint(coloured())).join('\n'));
  for (const line of progress.lines)
    for (const words of line.warnings ?? []) console.log(`! ${labelOf(line).padEnd(8)} ${words}`);
  for (const { problem } of progress.lines) if (problem) console.log(`\n${problem}`);
  if (status !== 'RUNNING') return;
  const { unservedSitesOf } = await import('../unserved-sites.js');
  for (const words of await unservedSitesOf(description)(client)) console.log(`\n${words}`);
}
