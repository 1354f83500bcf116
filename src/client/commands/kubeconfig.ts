import { Command } from 'commander';

export const kubeconfigCommand = (): Command =>
  new Command('kubeconfig')
    .description('Fetch the administrator’s kubeconfig from a master, into a file that only you can read')
    .argument('<cluster>', 'its spec file, or its name where a run of it is known')
    .option('--output-file <file>', 'where to, beside what is there; - prints it (default: CLUSTER.kubeconfig)')
    .addHelpText('after', '\nExample:\n  kha kubeconfig cluster.yaml --output-file ~/.kube/config')
    .action(async (which: string, { outputFile }: { outputFile?: string }) => {
      const [{ withClient }, { freshWorker }, { whichCluster }, { adminKubeconfig }, { withCluster, writeKubeconfig }] =
        await Promise.all([
          import('../connect.js'),
          import('../fresh-worker.js'),
          import('../which-cluster.js'),
          import('../admin-kubeconfig.js'),
          import('../kubeconfig.js'),
        ]);
      await withClient(async (connected) => {
        const { client } = connected;
        const cluster = await whichCluster(client, which);
        await freshWorker(connected, cluster);
        const { name } = cluster;
        const admin = await adminKubeconfig(client, cluster);
        if (outputFile === '-') return void process.stdout.write(withCluster(undefined, admin, name, '-'));
        const file = outputFile ?? `${name}.kubeconfig`;
        await writeKubeconfig(file, admin, name);
        console.log(`Wrote ${file}; use it with: kubectl --kubeconfig ${file} --context ${name} get nodes`);
      });
    });
