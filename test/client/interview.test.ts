import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { asking, interview } from '../../src/client/interview.js';
import { program } from '../../src/client/main.js';
import { readSpec, type ReadSpec } from '../../src/client/spec/read.js';

const good = {
  name: 'site-a',
  kubernetes: '',
  controlPlanes: '10.0.0.11 10.0.0.12 10.0.0.13',
  workers: 'db1=10.0.0.21, 10.0.0.22',
  endpoint: '',
  vip: '10.0.0.100',
  registry: 'http://10.0.0.2:5000/',
  user: 'admin',
  sudo: 'env:SUDO_PASSWORD',
  key: '~/.ssh/site',
  jump: 'bastion.example.org',
};

/** The answers as lines of a stream without a terminal, as a person would type them. */
async function answered(answers: readonly string[]): Promise<{ spec: string; said: string }> {
  const input = new PassThrough();
  const said: string[] = [];
  const { ask, end } = asking(input, new PassThrough());
  input.end(`${answers.join('\n')}\n`);
  try {
    return { spec: await interview(ask, (words) => said.push(words)), said: said.join('\n') };
  } finally {
    end();
  }
}

async function read(spec: string): Promise<ReadSpec> {
  const folder = mkdtempSync(join(tmpdir(), 'kha-interview-'));
  writeFileSync(join(folder, 'cluster.yaml'), spec);
  try {
    return await readSpec(join(folder, 'cluster.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('an interview', () => {
  it('ends in a spec that is read without a word', async () => {
    const { spec, said } = await answered(Object.values(good));
    expect(said).toBe('Hosts: addresses with spaces between; name=address where a host has a name of its own.');
    const { cluster, warnings } = await read(spec);
    expect(warnings).toEqual([]);
    expect(cluster).toMatchObject({
      name: 'site-a',
      kubernetesVersion: 'v1.37.2',
      controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.100' },
      source: { registry: { address: '10.0.0.2:5000', plainHttp: true } },
      ssh: { user: 'admin', sudoPassword: 'env:SUDO_PASSWORD', jump: { address: 'bastion.example.org' } },
    });
    expect(cluster.hosts.map(({ name, address, roles }) => `${name} ${address} ${roles.join()}`)).toEqual([
      'm1 10.0.0.11 control-plane',
      'm2 10.0.0.12 control-plane',
      'm3 10.0.0.13 control-plane',
      'db1 10.0.0.21 worker',
      'w2 10.0.0.22 worker',
    ]);
  });

  it('asks root for no sudo, and a load balancer for its port', async () => {
    const {
      user: _user,
      sudo: _sudo,
      ...rest
    } = { ...good, workers: '', endpoint: 'external', vip: 'api.example.org:443', key: '', jump: '' };
    const answers = Object.entries(rest).flatMap(([key, answer]) => (key === 'key' ? ['root', answer] : [answer]));
    const { cluster } = await read((await answered(answers)).spec);
    expect(cluster.controlPlaneEndpoint).toEqual({ type: 'external', host: 'api.example.org', port: 443 });
    expect(cluster.ssh).toMatchObject({ user: 'root' });
    expect(cluster.hosts).toHaveLength(3);
  });

  it('asks for no address where every node has a proxy, and for no registry where the internet will do', async () => {
    const { vip: _vip, ...rest } = { ...good, endpoint: 'local', registry: '' };
    const { spec } = await answered(Object.values(rest));
    expect(spec).toContain('controlPlaneEndpoint: { type: local }');
    expect(spec).not.toContain('source');
  });

  it.each([
    ['name', 'Site_A', /"Site_A": has the wrong form; expected a DNS label/],
    ['kubernetes', '1.37', /"1.37": has the wrong form; expected a version such as v1.37.2/],
    ['kubernetes', 'v1.8.0', /v1.8.0: this version is not supported/],
    ['kubernetes', 'v1.9.0', /v1.9.0: this release is a profile of its own, and not safe/],
    ['controlPlanes', '10.0.0.11 10.0.0.256', /"10.0.0.256": has the wrong form; expected an IPv4 address/],
    ['controlPlanes', '', /is too small; expected 1 or more entries/],
    ['controlPlanes', '10.0.0.11 10.0.0.11', /10.0.0.11: the same address as hosts\[0\]/],
    ['workers', '10.0.0.12', /10.0.0.12: the same address as hosts\[1\]/],
    ['workers', '192.168.3.4', /lies in networking.podSubnet/],
    ['endpoint', 'vpi', /"vpi": is not one of the known values; expected vip or external/],
    ['vip', '10.0.0.12', /10.0.0.12: the virtual address is that of host m2/],
    ['vip', '172.16.0.1', /the virtual address is outside the networks of the hosts/],
    ['registry', 'https://registry/with/a path', /expected host, host:port or host\/path/],
    ['user', 'a b', /"a b": has the wrong form/],
    ['sudo', 'hunter2', /not shown.*expected a reference to a secret/],
  ] as const)('refuses %s %j in the schema’s own words, and asks again', async (question, wrong, words) => {
    const answers = Object.entries(good).flatMap(([key, answer]) => (key === question ? [wrong, answer] : [answer]));
    const { spec, said } = await answered(answers);
    expect(said).toMatch(words);
    expect(said).not.toContain('hunter2');
    expect(spec).toBe((await answered(Object.values(good))).spec);
  });

  it('writes nothing when the answers end early', async () =>
    expect(answered(['site-a', 'v1.37.2'])).rejects.toThrow('the answers ended before the last question'));

  it('is refused without a terminal', async () => {
    const { isTTY } = process.stdin;
    process.stdin.isTTY = false;
    try {
      const work = program().parseAsync(['node', 'kha', 'init', '--interactive', '/nowhere/x.yaml']);
      await expect(work).rejects.toThrow('needs a terminal');
    } finally {
      process.stdin.isTTY = isTTY;
    }
  });
});
