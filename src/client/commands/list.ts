import { Command, Option } from 'commander';

export const listCommand = (): Command =>
  new Command('list')
    .description('List the clusters and how their last runs stand')
    .option('--needs-operator', 'only those that wait for a person')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha list --needs-operator')
    .action(async ({ needsOperator = false, output }: { needsOperator?: boolean; output: string }) => {
      const { listRuns, printRuns } = await import('../list-runs.js');
      printRuns(await listRuns(needsOperator), output);
    });
