import { Command } from 'commander';

export const hostsCommand = (): Command => {
  const hosts = new Command('hosts').description('The hosts of a spec');
  hosts
    .command('trust')
    .description(
      'Show the host keys that known_hosts lacks, jump hosts first, and add them; run it where the worker runs',
    )
    .argument('<file>', 'cluster.yaml')
    .option('--yes', 'add them without asking')
    .addHelpText('after', '\nExample:\n  kha hosts trust cluster.yaml')
    .action(async (file: string, { yes = false }: { yes?: boolean }) => {
      const [{ readSpec }, { trustHosts }, { UsageError }] = await Promise.all([
        import('../spec/read.js'),
        import('../trust.js'),
        import('../explain.js'),
      ]);
      const { cluster } = await readSpec(file);
      const trust = await trustHosts(cluster, {
        tell: (words) => console.log(words),
        async agrees(keys) {
          if (yes) return true;
          if (!process.stdin.isTTY)
            throw new UsageError('nobody can be asked here: compare the keys with the hosts’ own, and say --yes');
          const { createInterface } = await import('node:readline/promises');
          const terminal = createInterface({ input: process.stdin, output: process.stdout });
          const what =
            keys === 1
              ? 'Is this the host’s own key (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there)?'
              : `Are these ${keys} the hosts’ own keys (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there)?`;
          try {
            return /^y(es)?$/i.test((await terminal.question(`${what} [y/N] `)).trim());
          } finally {
            terminal.close();
          }
        },
      });
      if (trust === 'all') console.log(`every host of cluster ${cluster.name} has its key in known_hosts`);
      else {
        console.error(trust === 'refused' ? 'nothing more was added' : 'hosts that are named above were left out');
        process.exitCode = 1;
      }
    });
  return hosts;
};
