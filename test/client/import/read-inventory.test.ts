import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { translate } from '../../../src/client/import/read-inventory.js';
import { program } from '../../../src/client/main.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

describe('a kubespray inventory on disk', () => {
  const hosts = written(
    'site/hosts.yaml',
    'all: { children: { kube_control_plane: { hosts: { cp1: { ansible_host: 10.0.0.1 } } } } }\n',
  );
  written('site/group_vars/all/10-first.yml', 'kube_version: v1.36.0\nkube_proxy_mode: iptables\n');
  written('site/group_vars/all/20-second.yml', 'kube_version: v1.37.2\n');
  written('site/group_vars/all/readme.md', 'not: [variables\n');
  written('site/group_vars/.hidden.yml', 'not: [variables\n');
  written('site/group_vars/k8s-cluster', 'kube_pods_subnet: 10.42.0.0/16\n');
  written('site/host_vars/cp1.yml', 'ansible_port: 2222\n');

  it.each(['site/hosts.yaml', 'site'])(
    'is found at %s with the variables beside it, in the order of Ansible',
    async (path) => {
      const { spec } = await translate('kubespray', join(folder, path));
      expect(spec).toContain('name: site\n');
      expect(spec).toContain('kubernetesVersion: v1.37.2\n');
      expect(spec).toContain('podSubnet: 10.42.0.0/16');
      expect(spec).toContain('port: 2222');
      expect(spec).toContain('kubeProxyMode: iptables');
    },
  );

  it.each([
    [
      'a folder with two inventories',
      () => (written('two/hosts.ini', ''), written('two/hosts.yaml', ''), 'two'),
      /several inventories \(hosts.ini, hosts.yaml\); name the file/,
    ],
    ['a folder with none', () => (written('none/x', ''), 'none'), /with no inventory in it/],
    ['nothing', () => 'nowhere.ini', /nowhere.ini cannot be read: ENOENT/],
    ['a binary file', () => (written('b.ini', Buffer.from([0x7f, 0, 1])), 'b.ini'), /b.ini is binary/],
    ['no text', () => (written('l.ini', Buffer.from([0xff, 0xfe, 0xfa])), 'l.ini'), /l.ini is not UTF-8 text/],
    ['ten megabytes', () => (written('big.ini', '#'.repeat(10_000_000)), 'big.ini'), /big.ini is too large/],
  ])('is told when it is %s', async (_what, make, message) =>
    expect(translate('kubespray', join(folder, make()))).rejects.toThrow(message),
  );

  it('is written by kha init, which says what is left to do and overwrites nothing', async () => {
    const said: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    const error = vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
    const file = join(folder, 'out', 'cluster.yaml');
    mkdirSync(dirname(file));
    const init = (): Promise<unknown> =>
      program().parseAsync(['node', 'kha', 'init', '--from', 'kubespray', hosts, file]);
    try {
      await init();
      expect(readFileSync(file, 'utf8')).toContain('apiVersion: kubernetes-ha.io/v1alpha1');
      expect(said.join('\n')).toMatch(
        /read its comments, then kha validate .*\nnote [^\n]*kubespray put a proxy to the API on every worker/s,
      );
      await expect(init()).rejects.toThrow('is there already');
    } finally {
      log.mockRestore();
      error.mockRestore();
    }
  });
});
