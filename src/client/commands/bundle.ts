import { Command, Option } from 'commander';
import type { Archive } from '../../bundle/archive.js';
import { UsageError } from '../explain.js';
import { printJson } from '../output.js';
import { tell } from '../tell.js';

interface TrustOptions {
  readonly key?: string;
  readonly unsigned?: boolean;
}

interface BuildOptions {
  readonly kubernetes: string;
  readonly output: string;
  readonly sign?: string;
  readonly lock?: string;
  readonly from?: 'official' | 'modules';
  readonly arch: string;
  readonly ca?: string;
  readonly connectTo?: string;
  readonly system: string;
  readonly packages: string[];
  readonly addOns?: string;
}

type LockOptions = Pick<BuildOptions, 'kubernetes' | 'output' | 'arch' | 'ca' | 'connectTo'>;

interface PushOptions extends TrustOptions {
  readonly plainHttp?: boolean;
  readonly ca?: string;
  readonly username?: string;
  readonly password?: string;
}

/** `kha bundle`: everything that an install takes, in one file. */
export function bundleCommand(): Command {
  const command = new Command('bundle')
    .description('Bundles: packages, programs and images of one Kubernetes version in one file')
    .addHelpText(
      'after',
      '\nExample:\n  kha bundle verify b.tar --key site.pub && kha bundle push b.tar harbor.example.org/k8s',
    );

  command
    .command('build')
    .description('Make a bundle of one Kubernetes release, from the official downloads or from Go modules')
    .requiredOption('--kubernetes <version>', 'Kubernetes version')
    .requiredOption('--output <file>', 'where to write it')
    .option('--sign <file>', 'private key (PEM, Ed25519) to sign it with')
    .option('--system <names>', 'systems that it has packages for: debian-13,debian-12', 'debian-13')
    .option(
      '--packages <system=folder>',
      'a folder with the packages of one more system (again for others)',
      collect,
      [],
    )
    .option(
      '--add-ons <cluster.yaml>',
      'a spec: the add-ons that it names, charts rendered, and the images that they run',
    )
    .option('--lock <file>', 'what every part must resolve to, by digest; written where it is not there yet')
    .addOption(
      new Option('--from <origin>', 'what to make it from; official where dl.k8s.io answers').choices([
        'official',
        'modules',
      ]),
    )
    .option('--arch <list>', 'architectures of the hosts: amd64,arm64', 'amd64')
    .option('--ca <file>', 'certificate of an authority to believe besides the known ones, for downloads')
    .option('--connect-to <address:port>', 'where to connect for downloads, whatever the sites’ names resolve to')
    .addHelpText(
      'after',
      '\nExample:\n  kha bundle build --kubernetes v1.37.2 --output b.tar --packages rocky-9=rpms --lock bundle.lock',
    )
    .action(async ({ kubernetes, output, sign, lock, from, ...options }: BuildOptions) => {
      const { packageSources } = await import('../package-sources.js');
      const { suites } = await import('../../bundle/build/package-files.js');
      const packages = packageSources(options.system, options.packages, Object.keys(suites));
      const addOns =
        options.addOns === undefined
          ? []
          : await (await import('../spec/add-ons-to-build.js')).addOnsToBuild(options.addOns, kubernetes);
      const { buildBundle } = await import('../../bundle/build/build.js');
      const { reachOf, architecturesOf } = await import('./build-options.js');
      const [architectures, reach] = [architecturesOf(options.arch), await reachOf(options)];
      const wanted = { kubernetes, path: output, key: sign, lock, from, architectures, reach, packages, addOns };
      await buildBundle(wanted, tell);
    });
  command
    .command('self')
    .description('Pack kha, its Node and Temporal’s CLI for a machine of this architecture without any of them')
    .requiredOption('--output <file>', 'where to write it (.tar.gz)')
    .option('--node-licence <file>', 'the licence of Node, where it is not found beside it')
    .addHelpText('after', '\nExample:\n  kha bundle self --output kha.tar.gz')
    .action(async ({ output, nodeLicence }: { output: string; nodeLicence?: string }) => {
      const { packSelf } = await import('../../bundle/self/pack-self.js');
      console.log(`${output}: ${await packSelf({ path: output, nodeLicence }, tell)}`);
    });
  command
    .command('lock')
    .description('Write the address and SHA-256 of all that hosts fetch from the internet: source.internet.lock')
    .requiredOption('--kubernetes <version>', 'Kubernetes version')
    .requiredOption('--output <file>', 'where to write it')
    .option('--arch <list>', 'architectures of the hosts: amd64,arm64', 'amd64')
    .option('--ca <file>', 'certificate of an authority to believe besides the known ones')
    .option('--connect-to <address:port>', 'where to connect, whatever the sites’ names resolve to')
    .addHelpText('after', '\nExample:\n  kha bundle lock --kubernetes v1.37.2 --output internet.lock')
    .action(async ({ kubernetes, output, arch, ...options }: LockOptions) => {
      const [{ resolvedLock }, { writeLock }, { reachOf, architecturesOf }] = await Promise.all([
        import('../../bundle/build/resolved-lock.js'),
        import('../../bundle/build/locked.js'),
        import('./build-options.js'),
      ]);
      const [architectures, reach] = [architecturesOf(arch), await reachOf(options)];
      await writeLock(output, await resolvedLock({ kubernetes, architectures, reach }, tell));
    });
  trusting(command.command('verify').argument('<file>'))
    .description('Prove every part by its digest, and the signature')
    .addHelpText('after', '\nExample:\n  kha bundle verify b.tar --key site.pub')
    .action((file: string, trust: TrustOptions) =>
      proved(file, trust, ({ description }) => {
        const { images, files } = description;
        console.log(
          `${file}: Kubernetes ${description.kubernetes}, ${Object.keys(images).length} images and ${Object.keys(files).length} files, all as they should be`,
        );
      }),
    );
  output(command.command('list').argument('<file>'))
    .description('Show what a bundle holds')
    .addHelpText('after', '\nExample:\n  kha bundle list b.tar --output json')
    .action((file: string, { output }: { output: string }) =>
      opened(file, ({ description }) => {
        if (output === 'json') return printJson(description);
        const { kubernetes, versions, systems, images, files, addOns = {} } = description;
        console.log(`Kubernetes ${kubernetes} for ${systems.map(({ os, arch }) => `${os} ${arch}`).join(', ')}`);
        for (const [name, version] of Object.entries(versions)) console.log(`  ${name.padEnd(12)} ${version}`);
        for (const [name, runs] of Object.entries(addOns))
          console.log(`add-on ${name}: ${[...new Set(Object.values(runs))].join(', ') || 'no images'}`);
        for (const [name, digest] of Object.entries(images)) console.log(`${name}  ${digest}`);
        for (const [name, { size, licence, origin }] of Object.entries(files))
          console.log(`${name}  ${(size / 1e6).toFixed(1)} MB  ${licence}  ${origin}`);
      }),
    );
  output(command.command('diff').argument('<before>').argument('<after>'))
    .description('Show what one bundle has otherwise than another')
    .addHelpText('after', '\nExample:\n  kha bundle diff v1.37.1.tar v1.37.2.tar')
    .action((before: string, after: string, { output }: { output: string }) =>
      opened(before, (old) =>
        opened(after, async (current) => {
          const { compareDescriptions } = await import('../../bundle/compare-archives.js');
          const changes = compareDescriptions(old.description, current.description);
          if (output === 'json') return printJson(changes);
          for (const { part, change } of changes)
            console.log(`${{ added: '+', removed: '−', altered: '~' }[change]} ${part}`);
        }),
      ),
    );
  trusting(command.command('push').argument('<file>').argument('<registry>', 'HOST[:PORT][/PREFIX]'))
    .description('Put a bundle into a registry, with the digests that it has; only what is missing is sent')
    .option('--plain-http', 'the registry has no TLS')
    .option('--ca <file>', 'certificate of the authority that signed the registry’s')
    .option('--username <name>', 'login, or the name of a robot account')
    .option('--password <reference>', 'where its password or token is: env:NAME or file:PATH')
    .addHelpText(
      'after',
      '\nExample:\n  kha bundle push b.tar harbor.example.org/k8s --key site.pub --username kha --password env:TOKEN',
    )
    .action((file: string, registry: string, options: PushOptions) =>
      proved(file, options, async (archive) => {
        const { pushArchive } = await import('../../bundle/push.js');
        const { sent, present, size } = await pushArchive(archive, await client(registry, options), console.log);
        console.log(`${registry}: ${sent} parts sent (${(size / 1e6).toFixed(1)} MB), ${present} were there already`);
      }),
    );
  command
    .command('export')
    .argument('<file>')
    .argument('<part>', 'a file of it, as kha bundle list names it')
    .requiredOption('--output-file <path>', 'where to write it')
    .description('Take one file out of a bundle')
    .addHelpText('after', '\nExample:\n  kha bundle export b.tar bin/amd64/kubectl --output-file kubectl')
    .action((file: string, part: string, { outputFile }: { outputFile: string }) =>
      opened(file, async (archive) => (await import('../../bundle/export.js')).exportFile(archive, part, outputFile)),
    );
  trusting(command.command('serve').argument('<file...>'))
    .description('Serve bundles as a read-only registry until interrupted')
    .option('--listen <address:port>', 'where', '127.0.0.1:5000')
    .addHelpText('after', '\nExample:\n  kha bundle serve b.tar --listen 10.0.0.5:5000 --key site.pub')
    .action(async (files: string[], options: TrustOptions & { listen: string }) => {
      const { serveFiles } = await import('../../bundle/serve-files.js');
      await serveFiles(files, trustOf(options), options.listen, console.log);
    });
  return command;
}

const collect = (one: string, before: readonly string[]): string[] => [...before, one];

const output = (command: Command): Command =>
  command.addOption(new Option('--output <format>').choices(['text', 'json']).default('text'));

const trusting = (command: Command): Command =>
  command
    .option('--key <file>', 'public key (PEM, Ed25519) that it must be signed with')
    .option('--unsigned', 'take a bundle that nobody signed');

function trustOf({ key, unsigned }: TrustOptions): { key: string } | { unsigned: true } {
  if (key !== undefined && !unsigned) return { key };
  if (unsigned && key === undefined) return { unsigned };
  throw new UsageError('say which key the bundle must be signed with (--key FILE), or take it as it is (--unsigned)');
}

async function opened(file: string, use: (archive: Archive) => Promise<void> | void): Promise<void> {
  const { Archive: archives } = await import('../../bundle/archive.js');
  await using archive = await archives.open(file);
  await use(archive);
}

async function proved(
  file: string,
  options: TrustOptions,
  use: (archive: Archive) => Promise<void> | void,
): Promise<void> {
  const trust = trustOf(options);
  await opened(file, async (archive) => {
    await (await import('../../bundle/verify.js')).verifyArchive(archive, trust);
    await use(archive);
  });
}

async function client(registry: string, { plainHttp = false, ca, username, password }: PushOptions) {
  const [{ RegistryClient, parseAddress }, { readSecret }, { readFile }] = await Promise.all([
    import('../../bundle/registry-client.js'),
    import('../../activities/secrets.js'),
    import('node:fs/promises'),
  ]);
  if ((username === undefined) !== (password === undefined))
    throw new UsageError('--username and --password go together');
  return new RegistryClient({
    address: parseAddress(registry),
    plainHttp,
    ...(ca === undefined ? {} : { ca: await readFile(ca, 'utf8') }),
    ...(username === undefined || password === undefined
      ? {}
      : { login: { username, password: (await readSecret(password)).trim() } }),
  });
}
