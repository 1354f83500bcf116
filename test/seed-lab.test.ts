import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { furnishForSeed, withoutResource } from '../lab/seed-host.js';
import { Folder } from './bundle/samples.js';

const config = {
  process: {
    oomScoreAdj: -998,
    capabilities: {
      bounding: ['CAP_CHOWN', 'CAP_SYS_RESOURCE', 'CAP_KILL'],
      effective: ['CAP_SYS_RESOURCE', 'CAP_KILL'],
      permitted: ['CAP_KILL', 'CAP_SYS_RESOURCE'],
    },
  },
  linux: { namespaces: [{ type: 'pid' }] },
};

it('has runc ask for nothing that takes CAP_SYS_RESOURCE, and hands on everything else', () => {
  using folder = new Folder();
  folder.file('config.json', JSON.stringify(config));
  folder.file('real', '#!/bin/sh\nprintf "<%s>" "$@"\n');
  folder.file('runc', withoutResource.replace('/usr/sbin/runc', `sh ${folder.at('real')}`));
  const words = ['--root', '/run/a b', 'create', '--bundle', folder.path, '--pid-file', 'x', 'id'];
  const said = execFileSync('sh', [folder.at('runc'), ...words]).toString();
  expect(said).toBe(words.map((word) => `<${word}>`).join(''));
  expect(JSON.parse(readFileSync(folder.at('config.json'), 'utf8'))).toEqual({
    ...config,
    process: {
      oomScoreAdj: 0,
      capabilities: { bounding: ['CAP_CHOWN', 'CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] },
    },
  });
});

it('has kubelets of a lab evict nothing because another host filled the disk', async () => {
  using folder = new Folder();
  mkdirSync(folder.at('usr/local/sbin'), { recursive: true });
  await furnishForSeed(folder.path);
  const dropIn = readFileSync(folder.at('etc/systemd/system/kubelet.service.d/20-lab.conf'), 'utf8');
  expect(dropIn).toMatch(/^Environment="KUBELET_EXTRA_ARGS=.*--eviction-hard=memory\.available</m);
});
