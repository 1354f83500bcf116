import { Command } from 'commander';

export const uiCommand = (): Command =>
  new Command('ui')
    .description('Print the address of the Temporal UI')
    .argument('[cluster]', 'straight to this cluster’s run')
    .addHelpText('after', '\nExample:\n  kha ui prod')
    .action(async (cluster?: string) => {
      const [{ findServer }, { tell }, { UsageError }, { workflowId }] = await Promise.all([
        import('../../engine/connection.js'),
        import('../tell.js'),
        import('../explain.js'),
        import('../workflow-id.js'),
      ]);
      const { engine, options } = await findServer(tell);
      if (!engine)
        throw new UsageError(`the Temporal server at ${String(options.address)} is your own, and so is its UI`);
      console.log(
        cluster ? `${engine.ui}/namespaces/default/workflows/${encodeURIComponent(workflowId(cluster))}` : engine.ui,
      );
    });
