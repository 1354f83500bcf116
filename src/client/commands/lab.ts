import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { seedProfile } from '../../cluster/seed-versions.js';
import { UsageError } from '../explain.js';
import { printJson } from '../output.js';
import { tell } from '../tell.js';

type Lab = typeof import('../../../lab/index.js');
type LabSize = Parameters<Lab['labUp']>[1];

const lab = (): Promise<Lab> => import('../../../lab/index.js');
const path = (value: string): string => resolve(value);
const number = (value: string): number => Number.parseInt(value, 10);

/** `kha lab`: hosts in network namespaces on this machine, to try kha on and to break. */
export function labCommand(): Command {
  const command = new Command('lab')
    .description('Hosts on this machine to try kha on: real systemd, sshd and network')
    .option('--name <name>', 'which lab', 'lab');
  command.enablePositionalOptions();
  const name = (): string => command.opts<{ name: string }>().name;
  command.addHelpText('after', '\nExample:\n  kha lab up && kha lab ssh m1 && kha lab down');

  command
    .command('up')
    .description('Boot the lab, and make what it needs the first time (about 15 minutes)')
    .option('--control-planes <n>', 'how many control planes', number, 3)
    .option('--workers <n>', 'how many workers', number, 1)
    .option('--etcd <n>', 'how many hosts for etcd of their own', number, 0)
    .option('--load-balancers <n>', 'how many hosts for the load balancer of their own', number, 0)
    .option('--disk <GiB>', 'a disk of its own for each host, so that one can be filled', number)
    .option('--careful', 'a registry with TLS and tokens, below a path, and a user whose sudo asks for a password')
    .option('--source <file>', 'a bundle, from which the hosts are installed; there is no registry then', path)
    .addOption(
      new Option('--profile <profile>', 'hosts and a bundle for the seed’s own cluster: docker and Kubernetes 1.9')
        .choices([seedProfile])
        .conflicts(['source', 'workerArch', 'vm']),
    )
    .option(
      '--worker-system <system>',
      'debian-12, debian-13, or rocky-9 (Debian 12 with rpm and dnf) for the workers; with --source, whose bundle must be for it',
    )
    .addOption(
      new Option(
        '--worker-arch <arch>',
        'workers of another architecture, emulated by QEMU: slow; with --source, whose bundle must be for it',
      ).choices(['arm64']),
    )
    .option(
      '--vm',
      'hosts with a kernel of their own (user-mode Linux) and control groups of version 2: slow, experimental',
    )
    .option('--login-network', 'a second network, in which kha logs in and the hosts have their way out')
    .option('--packages <list>', 'Debian packages that the hosts have before kha comes: ufw,zram-tools')
    .option('--dual-stack', 'hosts, pods and services with IPv6 addresses beside their IPv4 ones')
    .addOption(
      new Option('--ipv6', 'hosts, pods and services with IPv6 addresses alone; with --source').conflicts([
        'dualStack',
        'vm',
        'loginNetwork',
        'workerArch',
      ]),
    )
    .addHelpText('after', '\nExample:\n  kha lab up --workers 2')
    .action(async (size: LabSize) => {
      if (size.workerSystem !== undefined && size.source === undefined)
        throw new UsageError('--worker-system takes a bundle that is for it: --source FILE');
      const refused = emulationProblem(size);
      if (refused !== undefined) throw new UsageError(`--worker-arch ${refused}`);
      if (size.ipv6 && size.source === undefined)
        throw new UsageError('--ipv6 takes a bundle, as the lab’s registry has an IPv4 address: --source FILE');
      if (size.dualStack && size.vm) throw new UsageError('--dual-stack takes hosts without a kernel of their own');
      const spec = await (await lab()).labUp(name(), size, tell);
      console.log(`Lab ${name()} is up; its spec: ${spec}`);
    });
  command
    .command('down')
    .description('End the lab; its hosts and their disks are gone')
    .addHelpText('after', '\nExample:\n  kha lab down')
    .action(async () => (await lab()).labDown(name(), tell));
  command
    .command('status')
    .description('Show the hosts')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha lab status --output json')
    .action(async ({ output }: { output: string }) => {
      const status = await (await lab()).labStatus(name());
      if (output === 'json') return printJson(status);
      for (const host of status.hosts)
        console.log(
          `${host.name.padEnd(6)} ${host.address.padEnd(15)} ${host.role.padEnd(14)} ${host.running ? 'running' : 'off'}`,
        );
      if (status.registry)
        console.log(`registry ${status.registry.address} ${status.registry.running ? 'running' : 'off'}`);
      console.log(`spec ${status.spec}`);
    });
  command
    .command('rpms')
    .description('Make the rpms that hosts of --worker-system rocky-9 lack, and print their folder')
    .addOption(
      new Option('--profile <profile>', 'those for the seed’s own cluster, with docker').choices([seedProfile]),
    )
    .addHelpText(
      'after',
      '\nExample:\n  kha bundle build --system debian-13,rocky-9 --packages rocky-9=$(kha lab rpms)',
    )
    .action(async ({ profile }: { profile?: string }) => console.log(await (await lab()).labRpms(tell, profile)));
  command
    .command('audit')
    .description('Ask the hosts whether the install left all well: each kubeadm command once, nothing half-written')
    .addHelpText('after', '\nExample:\n  kha lab audit')
    .action(async () => {
      const found = await (await import('../../../lab/audit.js')).audit(name());
      printJson(found);
      if (found.problems.length > 0) process.exitCode = 1;
    });
  for (const [action, does] of Object.entries({
    kill: 'Cut a host’s power',
    start: 'Start a host again on its disks',
    reinstall: 'Start a host anew on fresh disks, with its name and address and new host keys',
    pause: 'Freeze every process of a host',
    resume: 'Let a frozen host go on',
    cut: 'Pull a host’s network cable',
    join: 'Plug a host’s network cable in again',
  } as const)) {
    command
      .command(`${action} <host>`)
      .description(does)
      .addHelpText('after', `\nExample:\n  kha lab ${action} m2`)
      .action(async (host: string) => (await lab()).hostActions[action as keyof Lab['hostActions']](name(), host));
  }
  passThrough(
    command,
    'ssh <host> [command...]',
    'Log in to a host, or run a command on it',
    'kha lab ssh m1 -- journalctl -u kubelet',
    async ([host = '', ...rest]) => (await import('../../../lab/programs.js')).sshTo(name(), host, rest),
  );
  passThrough(
    command,
    'kubectl [args...]',
    'Run the lab’s own kubectl on its cluster',
    'kha lab kubectl get nodes,pods -A',
    async (args) => (await import('../../../lab/programs.js')).kubectlOn(name(), args),
  );
  return command;
}

/** Why workers of another architecture cannot be had so; undefined where they can. */
function emulationProblem({ workerArch, source, workerSystem, careful, dualStack }: LabSize): string | undefined {
  if (workerArch === undefined) return undefined;
  if (source === undefined) return 'takes a bundle that is for it: --source FILE';
  if ((workerSystem ?? 'debian-13') !== 'debian-13') return `makes workers of debian-13, not of ${workerSystem}`;
  return careful || dualStack ? 'takes a lab without --careful and --dual-stack' : undefined;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A command whose arguments belong to another program, which takes over the terminal. */
function passThrough(
  lab: Command,
  usage: string,
  does: string,
  example: string,
  program: (args: string[]) => Promise<Program>,
): void {
  lab
    .command(usage)
    .description(does)
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', `\nExample:\n  ${example}`)
    .action(async (...given: unknown[]) => {
      const words = (given.at(-1) as Command).args;
      const { command, args, env } = await program(words);
      const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code) => resolve(code ?? 1));
      });
    });
}
