import { Command, Option } from 'commander';
import { printJson } from '../output.js';

export const statusCommand = (): Command =>
  new Command('status')
    .description('Show how a cluster’s last run stands; without a name, every cluster')
    .argument('[cluster]')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha status prod --output json')
    .action(async (cluster: string | undefined, { output }: { output: string }) => {
      const [{ withClient }, { listRuns, printRuns }] = await Promise.all([
        import('../connect.js'),
        import('../list-runs.js'),
      ]);
      await withClient(async ({ client }) => {
        if (cluster === undefined) return printRuns(await listRuns(client, false), output);
        const [{ latestRun }, { progressOf }, { labelOf }] = await Promise.all([
          import('../runs.js'),
          import('../progress.js'),
          import('../../workflows/messages.js'),
        ]);
        const { handle, description } = await latestRun(client, cluster);
        const progress = await progressOf(handle);
        if (output === 'json')
          return printJson({ status: description.status.name, runId: description.runId, ...progress });
        const [{ frame }, { coloured, paint }] = await Promise.all([
          import('../render/frame.js'),
          import('../render/words.js'),
        ]);
        console.log(
          frame(progress, Date.now(), { rows: 1000, columns: process.stdout.columns ?? 200 }, paint(coloured())).join(
            '\n',
          ),
        );
        for (const line of progress.lines)
          for (const words of line.warnings ?? []) console.log(`! ${labelOf(line).padEnd(8)} ${words}`);
        for (const { problem } of progress.lines) if (problem) console.log(`\n${problem}`);
      });
    });
