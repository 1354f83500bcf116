import { Command, Option } from 'commander';
import { onlyOption } from '../only-option.js';
import { printJson } from '../output.js';

/** Exit code with --exit-code when something would change. */
const changesAhead = 4;

export const planCommand = (): Command =>
  new Command('plan')
    .description('Show what an install would change; hosts are only asked')
    .argument('<file>', 'cluster.yaml')
    .option('--exit-code', `0 when nothing would change, ${changesAhead} when something would`)
    .addOption(onlyOption())
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha plan cluster.yaml --exit-code')
    .action(
      async (file: string, { exitCode, only, output }: { exitCode?: boolean; only?: string[]; output: string }) => {
        const [
          { provedSpec },
          { withClient },
          { freshWorker },
          { refuseDifferences },
          { begin },
          { progressOf },
          { planText, planFacts },
          removed,
          { subjectOf },
        ] = await Promise.all([
          import('../spec/proved.js'),
          import('../connect.js'),
          import('../fresh-worker.js'),
          import('../standing.js'),
          import('../runs.js'),
          import('../progress.js'),
          import('../render/plan.js'),
          import('../render/removed.js'),
          import('../subject.js'),
        ]);
        const spec = await provedSpec(file);
        const { cluster, warnings, text } = spec;
        const subject = subjectOf(cluster, only);
        if (warnings.length > 0) console.error((await import('../spec/format.js')).formatProblems(warnings, text));
        await withClient(async (connected) => {
          const { client } = connected;
          await freshWorker(connected, cluster);
          await refuseDifferences(client, spec, subject, (differences) => {
            const hosts = removed.removedHosts(differences);
            if (output === 'json')
              printJson({
                cluster: cluster.name,
                kubernetes: cluster.kubernetesVersion,
                removed: hosts,
                refused: spec.locate(differences),
              });
            else if (hosts.length > 0) console.log(removed.removedText(hosts));
          });
          const handle = await begin(client, cluster, 'plan', subject);
          await handle.result();
          const facts = planFacts(await progressOf(handle));
          if (output === 'json') printJson(facts);
          else console.log(planText(facts));
          if (facts.problems.length > 0) process.exitCode = 1;
          else if (exitCode && facts.changes.length > 0) process.exitCode = changesAhead;
        });
      },
    );
