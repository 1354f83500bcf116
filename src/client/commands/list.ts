import { Command, Option } from 'commander';

export const listCommand = (): Command =>
  new Command('list')
    .description('List the clusters and how their last runs stand')
    .option('--needs-operator', 'only those that wait for a person')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha list --needs-operator')
    .action(async ({ needsOperator = false, output }: { needsOperator?: boolean; output: string }) => {
      const [{ withClient }, { listRuns, printRuns }] = await Promise.all([
        import('../connect.js'),
        import('../list-runs.js'),
      ]);
      await withClient(async ({ client }) => printRuns(await listRuns(client, needsOperator), output));
    });
