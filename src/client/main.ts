import { Command, CommanderError } from 'commander';
import { approveCommand } from './commands/approve.js';
import { bundleCommand } from './commands/bundle.js';
import { cancelCommand } from './commands/cancel.js';
import { codecCommand } from './commands/codec.js';
import { completionCommand } from './commands/completion.js';
import { engineCommand } from './commands/engine.js';
import { exportCommand } from './commands/export.js';
import { hostsCommand } from './commands/hosts.js';
import { initCommand } from './commands/init.js';
import { installCommand } from './commands/install.js';
import { kubeconfigCommand } from './commands/kubeconfig.js';
import { labCommand } from './commands/lab.js';
import { listCommand } from './commands/list.js';
import { planCommand } from './commands/plan.js';
import { resumeCommand } from './commands/resume.js';
import { schemaCommand } from './commands/schema.js';
import { statusCommand } from './commands/status.js';
import { uiCommand } from './commands/ui.js';
import { validateCommand } from './commands/validate.js';
import { abortCommand, retryCommand, skipCommand } from './commands/verdicts.js';
import { watchCommand } from './commands/watch.js';
import { workerCommand } from './commands/worker.js';
import { version } from '../version.js';
import { explain } from './explain.js';

/** The program: every command loads what it needs when it runs, so that help and status stay fast. */
export function program(): Command {
  const kha = new Command('kha')
    .description(
      'Installs and looks after highly available Kubernetes clusters over SSH, as durable Temporal workflows',
    )
    .version(version)
    .enablePositionalOptions()
    .showHelpAfterError('Try the same with --help')
    .addHelpText(
      'after',
      '\nExample:\n  kha init cluster.yaml && kha plan cluster.yaml && kha install cluster.yaml\n\nExit codes: 0 done, 1 failed or aborted, 2 wrong usage or spec, 3 waiting for a person',
    );
  const commands = [
    initCommand,
    validateCommand,
    hostsCommand,
    schemaCommand,
    planCommand,
    installCommand,
    resumeCommand,
    statusCommand,
    watchCommand,
    listCommand,
    approveCommand,
    retryCommand,
    skipCommand,
    abortCommand,
    cancelCommand,
    kubeconfigCommand,
    exportCommand,
    uiCommand,
    engineCommand,
    workerCommand,
    codecCommand,
    bundleCommand,
    labCommand,
    completionCommand,
  ];
  for (const command of commands) kha.addCommand(command());
  refuseByThrowing(kha);
  return kha;
}

/** Wrong usage ends with exit code 2, which commander itself would make 1. */
function refuseByThrowing(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) refuseByThrowing(child);
}

export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const { text, exitCode } = await explain(error);
    console.error(text);
    process.exitCode = exitCode;
  }
}
