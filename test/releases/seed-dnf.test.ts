import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ground } from '../lab/ground.js';

/** The seed's own cluster out of a bundle file, without any registry, and a worker with rpm and dnf in it. */
const name = 'seed-dnf';
const { done, kha, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const file = join(folder, 'b.tar');

beforeAll(async () => {
  const rpms = (await done('lab', 'rpms', '--profile', 'v1.9.0')).trim();
  const systems = ['--system', 'debian-13,rocky-9', '--packages', `rocky-9=${rpms}`];
  await done('bundle', 'build', '--kubernetes', 'v1.9.0', '--from', 'modules', ...systems, '--output', file);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file, '--worker-system', 'rocky-9');
});
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('is installed with docker out of rpms on the worker, whose kubelet has docker’s driver of control groups', async () => {
  const { code, stdout, stderr } = await kha('install', spec);
  expect(`${code} ${stdout.slice(-3000)} ${stderr.slice(-3000)}`).toMatch(/^0 .*Kubernetes v1\.9\.0 stands/s);
  const { items } = JSON.parse(await lab('kubectl', 'get', 'nodes', '-o', 'json')) as { items: unknown[] };
  const node = (of: string, osImage: RegExp, docker: RegExp): object => ({
    metadata: { name: of },
    status: {
      nodeInfo: {
        osImage: expect.stringMatching(osImage) as string,
        containerRuntimeVersion: expect.stringMatching(docker) as string,
        kubeletVersion: 'v1.9.0',
      },
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) as object,
    },
  });
  expect(items).toMatchObject([
    node('m1', /Debian GNU\/Linux 13/, /^docker:\/\/26\./),
    node('w1', /with rpm and dnf, after Rocky Linux 9/, /^docker:\/\/20\.10\./),
  ]);
  // That neither apt-get nor dpkg is there ends command -v with 1; what was found is judged by its words.
  const found = await on('w1', 'rpm -q docker-ce containerd.io; rpm -V docker-ce; command -v apt-get dpkg || true');
  expect(found).not.toMatch(/not installed|missing|\/bin\//);
  const driver = (await on('w1', "docker info --format '{{.CgroupDriver}}'")).trim();
  expect(await on('w1', 'ps -C kubelet -o args=')).toContain(`--cgroup-driver=${driver} `);
});

it('took its images out of the file, and asks no registry for them', async () => {
  const images = await on('w1', "docker image ls --format '{{.Repository}}:{{.Tag}}'");
  expect(images).toContain('gcr.io/google_containers/pause-amd64:3.0');
  expect(await on('w1', 'cat /etc/docker/daemon.json')).not.toContain('registries');
});

it('has nothing to do the second time', async () => {
  expect(await done('install', spec)).toContain('nothing to do');
});
