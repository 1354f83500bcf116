import { Command, Option } from 'commander';
import { printJson } from '../output.js';

type Engine = typeof import('../../engine/engine.js');
const engine = (): Promise<Engine> => import('../../engine/engine.js');

export function engineCommand(): Command {
  const command = new Command('engine')
    .description('The embedded engine: Temporal’s dev server, its UI and a worker')
    .addHelpText('after', '\nExample:\n  kha engine status');
  command
    .command('start')
    .description('Start it, or find it running')
    .addHelpText('after', '\nExample:\n  kha engine start')
    .action(async () => {
      const { tell } = await import('../tell.js');
      const { address, ui } = await (await engine()).ensureEngine(tell);
      console.log(`The engine runs at ${address}; its UI: ${ui}`);
    });
  command
    .command('stop')
    .description('Stop it; runs stand still and go on at the next start')
    .addHelpText('after', '\nExample:\n  kha engine stop')
    .action(async () => {
      await (await engine()).stopEngine();
      console.log('The engine is stopped');
    });
  command
    .command('status')
    .description('Show what runs, and where its files are')
    .addOption(new Option('--output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExample:\n  kha engine status --output json')
    .action(async ({ output }: { output: string }) => {
      const status = await (await engine()).engineStatus();
      if (output === 'json') return printJson(status);
      console.log(
        `${status.running ? 'running' : 'not running'}${status.address ? ` at ${status.address}, UI ${status.ui ?? ''}` : ''}`,
      );
      for (const [name, pid] of Object.entries(status.processes))
        console.log(`  ${name.padEnd(8)} ${pid === undefined ? 'not running' : `process ${pid}`}`);
      console.log(
        `  database ${status.database.path} (${status.database.bytes} bytes)\n  logs     ${status.logs.join(' ')}`,
      );
    });
  command
    .command('watch', { hidden: true })
    .description('Keep server and worker running; started by kha itself')
    .action(async () => (await import('../../engine/watcher.js')).watch());
  return command;
}
