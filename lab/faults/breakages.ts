import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { processFiles } from '../../src/engine/engine.js';
import { alive } from '../../src/engine/process.js';
import { run } from '../../src/engine/run-program.js';
import { buildModules } from '../../src/bundle/build/build-modules.js';
import { modulesFor } from '../../src/bundle/build/modules.js';
import { labArchitecture, versions } from '../../src/bundle/build/versions.js';
import { hostActions } from '../index.js';
import { labFile, network, type Lab } from '../lab.js';
import { startRegistry, stopRegistry } from '../registry.js';
import { etcdctl, hangUp, later, shell, type Fault, type Scene } from './fault.js';

type Process = 'worker' | 'server';
/** Kills them at once; mended when the watcher has started each again. */
const kill = async (...names: Process[]): Promise<void> => {
  const pids = await Promise.all(names.map((name) => alive(processFiles[name])));
  for (const [index, pid] of pids.entries()) {
    if (pid === undefined) throw new Error(`the engine's ${names[index]} does not run, so it cannot be killed`);
    process.kill(pid, 'SIGKILL');
  }
  const deadline = Date.now() + 30_000;
  const back = async (): Promise<boolean> => {
    const now = await Promise.all(names.map((name) => alive(processFiles[name])));
    return now.every((pid, index) => pid !== undefined && pid !== pids[index]);
  };
  while (!(await back())) {
    if (Date.now() > deadline) throw new Error(`the watcher did not start ${names.join(' and ')} again within 30 s`);
    await sleep(20);
  }
};
export const breakages: Readonly<Record<string, Fault>> = {
  'kill-worker': { does: 'SIGKILL the worker', at: 'initControlPlane', inject: () => kill('worker') },
  'kill-server': { does: 'SIGKILL the Temporal server', at: 'startEtcd', inject: () => kill('server') },
  'kill-both': {
    does: 'SIGKILL worker and server',
    at: 'createCertificates',
    inject: () => kill('worker', 'server'),
  },
  'drop-connections': {
    does: 'kill every SSH connection of the host',
    at: 'installBinaries',
    inject: async (scene) => void (await shell(scene, hangUp)),
  },
  'stop-sshd': {
    does: 'stop sshd for 20 s, with every connection',
    at: 'configureContainerd',
    inject: async (scene) => {
      await shell(scene, `${later(20, 'systemctl start ssh')}; systemctl stop ssh; ${hangUp}`);
      await sleep(20_500);
    },
  },
  'freeze-host': {
    does: 'freeze every process of the host for 25 s',
    at: 'copyCertificateAuthorities',
    inject: async ({ lab, host }) => {
      await hostActions.pause(lab.name, host);
      await sleep(25_000);
      await hostActions.resume(lab.name, host);
    },
  },
  'freeze-docker': {
    does: 'stop docker’s daemon, as one that hangs, for 60 s',
    at: 'pullDockerImages',
    inject: async (scene) => {
      await shell(scene, `${later(60, 'kill -CONT $(pidof dockerd)')}; kill -STOP $(pidof dockerd)`);
      await sleep(61_000);
    },
  },
  'stop-docker': {
    does: 'stop docker and its socket for 20 s',
    at: 'pullDockerImages',
    inject: async (scene) => {
      await shell(
        scene,
        `${later(20, 'systemctl start docker.socket docker.service')}; systemctl stop docker.socket docker.service`,
      );
      await sleep(21_000);
    },
  },
  'cut-network': {
    does: 'cut the host’s network for 60 s',
    at: 'pullImages',
    inject: async ({ lab, host }) => {
      await hostActions.cut(lab.name, host);
      await sleep(60_000);
      await hostActions.join(lab.name, host);
    },
  },
  'power-off': {
    does: 'cut the host’s power, and start it again',
    at: 'initControlPlane',
    inject: async ({ lab, host }) => {
      await hostActions.kill(lab.name, host);
      await hostActions.start(lab.name, host);
    },
  },
  'fill-disk': {
    does: 'fill the host’s disk for 30 s',
    at: 'installBinaries',
    disk: 12,
    inject: async (scene) => {
      await shell(scene, `${later(30, 'rm -f /var/filled')}; cat /dev/zero >/var/filled 2>/dev/null; true`);
      await sleep(31_000);
    },
  },
  'stop-registry': {
    does: 'kill the registry, in the middle of a pull, for 15 s',
    at: 'pullImages',
    inject: async ({ lab }) => {
      const storage = await storageOf(lab);
      await stopRegistry(lab);
      await sleep(15_000);
      await startRegistry(lab, storage);
    },
  },
  'corrupt-package': {
    does: 'serve a kubeadm that has one byte too many, for 20 s',
    at: 'installPackages',
    inject: corruptKubeadm,
  },
  'dead-dns': {
    does: 'name a DNS server that never answers, for 40 s',
    at: 'checkHost',
    inject: async (scene) => {
      const nobody = `${network(scene.lab)}.250`;
      // Packets to a neighbour that does not exist are not refused: the resolver waits each out.
      const deaf = `ip neigh replace ${nobody} lladdr 02:00:00:00:02:50 dev $(ip -o route get ${nobody} | sed "s/.* dev \\([^ ]*\\).*/\\1/")`;
      const back = later(40, 'cp /root/kept-resolv.conf /etc/resolv.conf');
      await shell(
        scene,
        `cp /etc/resolv.conf /root/kept-resolv.conf; ${deaf} && ${back} && echo nameserver ${nobody} >/etc/resolv.conf`,
      );
      await sleep(41_000);
    },
  },
  'etcd-member': {
    does: 'add an etcd member that never starts, and remove it after 10 s',
    at: 'initControlPlane',
    inject: async (scene) => {
      // etcd lets nobody in until its members have known each other for five seconds (etcd.io, --strict-reconfig-check).
      const add = `${etcdctl} member add ghost --peer-urls=https://127.0.0.9:2380`;
      const said = await shell(scene, `for try in $(seq 10); do ${add} && exit 0; sleep 1; done; exit 1`);
      const [, id = ''] = /^Member +([0-9a-f]+) added/m.exec(said) ?? [];
      await sleep(10_000);
      await shell(scene, `${etcdctl} member remove ${id}`);
    },
  },
  'second-install': {
    does: 'let a second operator start the same install',
    at: 'joinWorker',
    inject: async ({ kha, spec }) => {
      const { code, output } = await kha('install', spec);
      if (code !== 0 || !output.includes('attached to it'))
        throw new Error(`the second install was not attached to the first: it ended with ${code}\n${output}`);
    },
  },
  'changed-spec': {
    does: 'let a second operator change the spec and install',
    at: 'installCalico',
    inject: async ({ kha, lab, spec }) => {
      const changed = labFile(lab, 'changed.yaml');
      await writeFile(changed, `${await readFile(spec, 'utf8')}networking: { podSubnet: 10.77.0.0/16 }\n`, {
        mode: 0o600,
      });
      const { code, output } = await kha('install', changed);
      if (code !== 2 || !output.includes('another spec'))
        throw new Error(`the change was not told apart: it ended with ${code}\n${output}`);
    },
  },
};

async function storageOf(lab: Lab): Promise<string> {
  const { storage } = JSON.parse(await readFile(labFile(lab, 'registry.yml'), 'utf8')) as {
    storage: { filesystem: { rootdirectory: string } };
  };
  return storage.filesystem.rootdirectory;
}

/** Serves a copy of the storage out of links, in which one file is another; the bundle itself is never touched. */
async function corruptKubeadm({ lab }: Scene): Promise<void> {
  const storage = await storageOf(lab);
  const copy = labFile(lab, 'corrupt');
  const kubeadm = (await buildModules(modulesFor(versions), labArchitecture, () => undefined)).get('kubeadm')!;
  const hash = createHash('sha256');
  await pipeline(createReadStream(kubeadm), hash);
  const digest = hash.digest('hex');
  await run('cp', ['-as', storage, copy]);
  const blob = join(copy, 'docker/registry/v2/blobs/sha256', digest.slice(0, 2), digest, 'data');
  await rm(blob);
  await copyFile(kubeadm, blob);
  await writeFile(blob, '!', { flag: 'a' });
  await startRegistry(lab, copy);
  await sleep(20_000);
  await startRegistry(lab, storage);
  await rm(copy, { recursive: true });
}
