import { describe, expect, it } from 'vitest';
import { ini, translated, vars, yaml } from './kubespray-samples.js';
import { refusal, shown } from './translated.js';

describe('a wrong kubespray inventory', () => {
  const line = (marked: string): number => ini.split('\n').findIndex((one) => one.includes(marked)) + 1;
  it.each([
    [
      'a control plane defined twice',
      ini.replace('cp[1:3]', 'cp[1:3]\ncp2'),
      '15:1 cp2 stands in kube_control_plane twice (first in line 14)',
    ],
    [
      'a group that names an unknown host',
      ini.replace('[kube_node]\n', '[kube_node]\nnode9\n'),
      '20:1 kube_node names node9, a host that is defined nowhere',
    ],
    [
      'an unknown group within a group',
      ini.replace('[k8s_cluster:children]\n', '[k8s_cluster:children]\ncalico_rr\n'),
      '26:1 no group calico_rr is defined',
    ],
    [
      'two hosts of one address',
      ini.replace('10.20.0.13', '10.20.0.11'),
      `${line('cp3 ')}:1 cp3 has the address of cp1 (inventory.ini:3)`,
    ],
    [
      'an old name beside the new one',
      `${ini}[kube-master]\ncp1\n`,
      '28:1 kube-master is the old name of kube_control_plane, which stands in inventory.ini:13 too',
    ],
    [
      'a misspelt group',
      ini.replaceAll('kube_node', 'kube_nodes'),
      '19:1 no group of kubespray’s: did you mean kube_node?',
    ],
    [
      'no control plane',
      '[kube_node]\nn1 ansible_host=10.0.0.1\n',
      '1:1 no host stands in the group kube_control_plane',
    ],
    ['a template', '{% for h in hosts %}\n[all]\n{% endfor %}\n', '1:1 this is a Jinja template of an inventory'],
    ['Jinja for a name', ini.replace('cp[1:3]', '{{ name }}'), '14:1 this is a Jinja template of an inventory'],
    [
      'Jinja for an address',
      ini.replace('ansible_host=10.20.0.13', 'ansible_host="{{ ip3 }}"'),
      '5:18 the address of cp3 (ansible_host) is a Jinja expression',
    ],
    ['an encrypted inventory', '$ANSIBLE_VAULT;1.1;AES256\n3130\n', '1:1 the inventory is encrypted'],
    [
      'a heading that is none',
      ini.replace('[etcd:children]', '[etcd: children]'),
      '16:1 this is no heading of a group',
    ],
    ['a range without an end', ini.replace('cp[1:3]', 'cp[1:'), '14:1 this is no name of a host'],
    [
      'a quote that is not closed',
      ini.replace('ansible_user=ubuntu', 'ansible_user="ubuntu'),
      '6:1 a quote is not closed',
    ],
    ['a word that is no variable', ini.replace('ansible_user=ubuntu', 'ubuntu'), '6:31 this is no variable'],
    ['YAML with a host twice', yaml.replace('cp2: {', 'cp1: {'), '4:5 this key stands twice in its map'],
    [
      'YAML with a list of hosts',
      yaml.replace('{ hosts: { e1: } }', '{ hosts: [e1] }'),
      '10:13 the hosts of etcd are no map',
    ],
    ['YAML with an unknown key', yaml.replace('  children:', '  childern:'), '7:3 unknown key childern in group all'],
    ['YAML that is none', 'all: {\n', 'not YAML'],
    [
      'a vaulted address',
      yaml.replace('{ ansible_host: 10.20.0.13 }', '{ ansible_host: !vault "x" }'),
      '5:33 the address of cp3 (ansible_host) is encrypted by ansible-vault',
    ],
  ])('with %s is told where', async (_what, text, expected) =>
    expect(await refusal(() => translated(text))).toContain(expected),
  );

  it('is told in its variables too, with the file that is meant and without their secrets', () => {
    const text = 'kube_version: v1.37.2\nansible_password: "hunter2\n';
    const words = shown(() => translated(ini, vars('all', text)));
    expect(words).toMatch(/^group_vars\/all\.yml:\d+:\d+ error not YAML/);
    expect(words).not.toContain('hunter2');
  });
});
