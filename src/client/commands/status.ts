import { Command, Option } from 'commander';
import { printJson } from '../output.js';

type Report = import('../../workflows/messages.js').Report;

export const statusCommand = (): Command =>
  new Command('status')
    .description('Show how a cluster’s last run stands; without a name, every cluster')
    .argument('[cluster]')
    .option('--steps', 'every step on every host, also of a run that is over')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha status prod --output json')
    .action(async (cluster: string | undefined, { steps, output }: { steps?: boolean; output: string }) => {
      const [{ withClient }, { listRuns, printRuns }] = await Promise.all([
        import('../connect.js'),
        import('../list-runs.js'),
      ]);
      await withClient(async ({ client }) => {
        if (cluster === undefined) return printRuns(await listRuns(client, false), output);
        const [{ latestRun }, { coloured, paint }] = await Promise.all([
          import('../runs.js'),
          import('../render/words.js'),
        ]);
        const { handle, description } = await latestRun(client, cluster);
        const { runId } = description;
        const status = description.status.name;
        // Its own report stands in its history; to be asked for every step a worker has to replay all of it.
        if (status === 'COMPLETED' && !steps) {
          const report = (await client.workflow.getHandle(handle.workflowId, runId).result()) as Report;
          if (output === 'json') return printJson({ status, runId, phase: 'done', ...report });
          const { reportText } = await import('../render/report.js');
          return console.log(reportText(report, description.closeTime ?? new Date(), paint(coloured())));
        }
        const [{ progressOf }, { labelOf }, { frame }] = await Promise.all([
          import('../progress.js'),
          import('../../workflows/messages.js'),
          import('../render/frame.js'),
        ]);
        const progress = await progressOf(handle);
        if (output === 'json') return printJson({ status, runId, ...progress });
        const size = { rows: 1000, columns: process.stdout.columns ?? 200 };
        console.log(frame(progress, Date.now(), size, paint(coloured())).join('\n'));
        for (const line of progress.lines)
          for (const words of line.warnings ?? []) console.log(`! ${labelOf(line).padEnd(8)} ${words}`);
        for (const { problem } of progress.lines) if (problem) console.log(`\n${problem}`);
      });
    });
