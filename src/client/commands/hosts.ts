import { Command } from 'commander';

export const hostsCommand = (): Command => {
  const hosts = new Command('hosts').description('The hosts of a spec');
  hosts
    .command('trust')
    .description(
      'Show the host keys that known_hosts lacks, jump hosts first, and add them; run it where the worker runs',
    )
    .argument('<file>', 'cluster.yaml')
    .option('--site <name>', 'of the hosts that the workers of this site reach, instead of those without a site')
    .option('--yes', 'add them without asking')
    .addHelpText('after', '\nExample:\n  kha hosts trust cluster.yaml')
    .action(async (file: string, { site, yes = false }: { site?: string; yes?: boolean }) => {
      const [{ readSpec }, { trustHosts }, { UsageError }, { reachedFrom, sitesOf }] = await Promise.all([
        import('../spec/read.js'),
        import('../trust.js'),
        import('../explain.js'),
        import('../../cluster/sites.js'),
      ]);
      const { cluster } = await readSpec(file);
      if (site !== undefined && !sitesOf(cluster).includes(site))
        throw new UsageError(
          `--site: no host of ${cluster.name} is at ${site}; its sites: ${sitesOf(cluster).join(', ') || 'none'}`,
        );
      const trust = await trustHosts(
        { ...cluster, hosts: reachedFrom(cluster, site) },
        {
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
        },
      );
      if (trust === 'all')
        console.log(
          `every host of cluster ${cluster.name}${sitesOf(cluster).length > 0 ? ' that is reached from here' : ''} has its key in known_hosts`,
        );
      else {
        console.error(trust === 'refused' ? 'nothing more was added' : 'hosts that are named above were left out');
        process.exitCode = 1;
      }
    });
  return hosts;
};
