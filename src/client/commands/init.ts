import { Command } from 'commander';
import { UsageError } from '../explain.js';

export const initCommand = (): Command =>
  new Command('init')
    .description('Write a commented cluster.yaml to start from')
    .argument('[file]', 'where to; - prints it', 'cluster.yaml')
    .addHelpText('after', '\nExample:\n  kha init cluster.yaml')
    .action(async (file: string) => {
      const { template } = await import('../spec/template.js');
      if (file === '-') return void process.stdout.write(template);
      const [{ writeFile }, path, { jsonSchema }] = await Promise.all([
        import('node:fs/promises'),
        import('node:path'),
        import('../spec/json-schema.js'),
      ]);
      try {
        await writeFile(file, template, { flag: 'wx' });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
          throw new UsageError(`${file} is there already; name another file, or remove it first`);
        throw error;
      }
      const schema = path.join(path.dirname(file), 'cluster.schema.json');
      await writeFile(schema, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
      console.log(`Wrote ${file}, and ${schema} for editors. Next: edit it, then kha validate ${file}`);
    });
