import { Command } from 'commander';
import { printJson } from '../output.js';

export const schemaCommand = (): Command =>
  new Command('schema')
    .description('Print the JSON Schema of the spec, for editors')
    .addHelpText('after', '\nExample:\n  kha schema > cluster.schema.json')
    .action(async () => printJson((await import('../spec/json-schema.js')).jsonSchema()));
