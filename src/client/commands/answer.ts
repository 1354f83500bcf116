import { Argument, Command } from 'commander';

interface Options {
  readonly step?: string;
  readonly host?: string;
  readonly reason?: string;
}

export const answerCommand = (): Command =>
  new Command('answer')
    .description('Answer for steps that are held; without --step and --host, for all of them')
    .argument('<cluster>')
    .addArgument(new Argument('<verdict>', 'what to do').choices(['retry', 'skip', 'abort']))
    .option('--step <step>', 'only this step')
    .option('--host <host>', 'only on this host')
    .option('--reason <reason>', 'why it is right to skip')
    .addHelpText('after', '\nExample:\n  kha answer prod retry --step initControlPlane --host m2')
    .action(async (cluster: string, verdict: string, options: Options) => {
      const [{ withClient }, { latestRun, operator }] = await Promise.all([
        import('../connect.js'),
        import('../runs.js'),
      ]);
      await withClient(async ({ client }) => {
        const { handle } = await latestRun(client, cluster);
        await handle.executeUpdate('answer', { args: [{ verdict, ...options, by: operator() }] });
        console.log(`${cluster}: ${verdict}; watch it go on with: kha watch ${cluster}`);
      });
    });
