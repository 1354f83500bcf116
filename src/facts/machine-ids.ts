import { FactUnknown, type Fact } from './fact.js';
import { lines } from './files.js';
import { asked } from './kubectl.js';

/** The machine id of each node by its name, as its kubelet told it when it registered (NodeSystemInfo of the API's v1.Node). */
export const machineIds: Fact<ReadonlyMap<string, string>> = {
  ...asked([
    ...['get', 'nodes', '-o'],
    'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.nodeInfo.machineID}{"\\n"}{end}',
  ]),
  parse: (output) =>
    new Map(
      lines(output.stdout).map((line) => {
        const [, name = '', id = ''] = /^(\S+) ([0-9a-f-]*)$/.exec(line) ?? [];
        if (name === '') throw new FactUnknown(`a line of kubectl’s answer is no node: ${line.slice(0, 200)}`, output);
        return [name, id];
      }),
    ),
};
