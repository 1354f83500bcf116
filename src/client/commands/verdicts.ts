import { Command } from 'commander';
import type { Answer, Verdict } from '../../workflows/messages.js';

interface Which {
  readonly step?: string;
  readonly host?: string;
  readonly reason?: string;
  readonly all?: boolean;
}

const verdict = (name: Verdict, description: string, example: string): Command =>
  new Command(name)
    .description(description)
    .argument('<cluster>')
    .option('--step <step>', 'only this step')
    .option('--host <host>', 'only on this host')
    .addHelpText('after', `\nExample:\n  ${example}`)
    .action(async (cluster: string, which: Which) => {
      const [{ withClient }, { latestRun, operator }, { giveAnswer }] = await Promise.all([
        import('../connect.js'),
        import('../runs.js'),
        import('../answer.js'),
      ]);
      await withClient(async ({ client }) => {
        const { handle } = await latestRun(client, cluster);
        const answer: Answer = { verdict: name, ...which, by: operator() };
        await giveAnswer(handle, answer);
        console.log(`${cluster}: ${name}; watch it go on with: kha watch ${cluster}`);
      });
    });

export const retryCommand = (): Command =>
  verdict(
    'retry',
    'Try again what is held; without --step and --host, all of it',
    'kha retry prod --step initControlPlane --host m2',
  );

export const skipCommand = (): Command =>
  verdict(
    'skip',
    'Go on without a step that is held',
    "kha skip prod --step checkHost --host m2 --reason 'the port is freed at the next start'",
  )
    .option('--reason <reason>', 'why it is right to skip it')
    .option('--all', 'every step that is held, where there are several');

export const abortCommand = (): Command =>
  verdict('abort', 'End a run that is held; nothing is undone, and kha resume goes on from there', 'kha abort prod');
