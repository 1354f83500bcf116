import { Command } from 'commander';

export const kubeconfigCommand = (): Command =>
  new Command('kubeconfig')
    .description('Fetch the administrator’s kubeconfig from a master, into a file that only you can read')
    .argument('<cluster>')
    .option('--output-file <file>', 'where to; - prints it (default: CLUSTER.kubeconfig)')
    .addHelpText('after', '\nExample:\n  kha kubeconfig prod --output-file ~/.kube/config')
    .action(async (cluster: string, { outputFile = `${cluster}.kubeconfig` }: { outputFile?: string }) => {
      const [{ withClient }, { latestRun }, { inputOfRun }, { fetchKubeconfig }, { writeFile, rename }] =
        await Promise.all([
          import('../connect.js'),
          import('../runs.js'),
          import('../../activities/input-of-run.js'),
          import('../../activities/kubeconfig.js'),
          import('node:fs/promises'),
        ]);
      const content = await withClient(async ({ client }) => {
        const { handle, description } = await latestRun(client, cluster);
        const { cluster: spec } = await inputOfRun(client, handle.workflowId, description.runId);
        return fetchKubeconfig(spec);
      });
      if (outputFile === '-') return void process.stdout.write(content);
      await writeFile(`${outputFile}.new`, content, { mode: 0o600 });
      await rename(`${outputFile}.new`, outputFile);
      console.log(`Wrote ${outputFile}; use it with: kubectl --kubeconfig ${outputFile} get nodes`);
    });
