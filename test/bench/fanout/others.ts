import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../fleet/fleet.js';
import { pythonPrograms } from '../python.js';
import { ended } from '../program.js';
import { count } from './steps.js';

/** The other programs, with the same hosts and the same steps. */
export interface Others {
  readonly pyinfra: () => Promise<void>;
  /** `cold`: with no connection that an earlier run left open. */
  readonly ansible: (how: { readonly cold: boolean }) => Promise<void>;
}

/** Writes what they are told into a folder of the bench's. */
export async function others({ hosts, settings, folder }: Fleet, place: string): Promise<Others> {
  const programs = await pythonPrograms();
  const file = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(place, name), `${lines.join('\n')}\n`);
    return join(place, name);
  };
  const inventory = file('inventory.py', [
    `hosts = [`,
    ...hosts.map(
      ({ name, address }) =>
        `  ("${name}", {"ssh_hostname": "${address}", "ssh_port": ${settings.port}, "ssh_user": "root", "ssh_key": "${settings.key}", "ssh_known_hosts_file": "${settings.knownHosts}"}),`,
    ),
    `]`,
  ]);
  const deploy = file('deploy.py', pyinfraDeploy(folder));
  const list = file(
    'hosts.ini',
    hosts.map(({ name, address }) => `${name} ansible_host=${address}`),
  );
  const playbook = file('playbook.yml', ansiblePlaybook(folder));
  const configuration = file('ansible.cfg', [
    '[defaults]',
    'forks = 20',
    'gathering = explicit',
    `remote_user = root`,
    `private_key_file = ${settings.key}`,
    `remote_port = ${settings.port}`,
    `interpreter_python = ${join(programs, 'python')}`,
    '[ssh_connection]',
    'pipelining = True',
    `ssh_args = -o ControlMaster=auto -o ControlPersist=120s -o UserKnownHostsFile=${settings.knownHosts}`,
  ]);
  let sockets = 0;
  return {
    async pyinfra() {
      const parallel = `${Math.min(hosts.length, 300)}`;
      await ended(join(programs, 'pyinfra'), ['--yes', '--parallel', parallel, inventory, deploy]);
    },
    async ansible({ cold }) {
      if (cold) sockets += 1;
      const path = join(place, `s${sockets}`);
      mkdirSync(path, { recursive: true });
      await ended(join(programs, 'ansible-playbook'), ['-i', list, playbook], {
        ANSIBLE_CONFIG: configuration,
        ANSIBLE_SSH_CONTROL_PATH_DIR: path,
      });
    },
  };
}

/** The same three commands a step: a fact, and an operation that changes and looks again. */
const pyinfraDeploy = (folder: string): string[] => [
  'from pyinfra import host',
  'from pyinfra.api import FactBase, operation',
  '',
  'class There(FactBase):',
  '    def command(self, path):',
  '        return f"test -e {path} && echo yes || echo no"',
  '    def process(self, output):',
  '        return list(output)[0].strip() == "yes"',
  '',
  '@operation()',
  'def make(path):',
  '    if not host.get_fact(There, path=path):',
  '        yield f"touch {path}"',
  '        yield f"test -e {path}"',
  '',
  `for step in range(${count}):`,
  `    make(path=f"${folder}/{host.name}/{step}")`,
];

/** One task a step, which looks and changes in one go; nothing looks again. */
const ansiblePlaybook = (folder: string): string[] => [
  '- hosts: all',
  '  gather_facts: false',
  '  tasks:',
  ...Array.from({ length: count }, (_, step) => [
    `    - name: make ${step}`,
    `      ansible.builtin.command: touch ${folder}/{{ inventory_hostname }}/${step}`,
    `      args: { creates: "${folder}/{{ inventory_hostname }}/${step}" }`,
  ]).flat(),
];
