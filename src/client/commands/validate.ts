import { Command, Option } from 'commander';
import { printJson } from '../output.js';

export const validateCommand = (): Command =>
  new Command('validate')
    .description('Check a spec without touching any host or the internet')
    .argument('<file>', 'cluster.yaml')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha validate cluster.yaml --output json')
    .action(async (file: string, { output }: { output: string }) => {
      const { provedSpec } = await import('../spec/proved.js');
      try {
        const { cluster, warnings, text } = await provedSpec(file, { resolve: false });
        const { internet } = cluster.source;
        const resolved = internet === undefined || internet.lock !== undefined;
        if (output === 'json') return printJson({ valid: true, problems: warnings, resolved });
        if (warnings.length > 0) console.error((await import('../spec/format.js')).formatProblems(warnings, text));
        console.log(
          `${file} is a valid spec of cluster ${cluster.name}: Kubernetes ${cluster.kubernetesVersion} on ${cluster.hosts.length} hosts`,
        );
        if (!resolved)
          console.log(
            'Not looked up: the digests of what its hosts fetch from the internet; kha plan, kha install and kha bundle lock do that',
          );
      } catch (error) {
        if (output !== 'json' || !(error instanceof Error) || error.name !== 'SpecProblems') throw error;
        printJson({ valid: false, problems: (error as import('../spec/problem.js').SpecProblems).problems });
        process.exitCode = 2;
      }
    });
