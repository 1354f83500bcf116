import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeze, makeGroups, removeGroups, unified } from './cgroup.js';
import { switches } from './cables.js';
import { emulatedSystem } from './emulated/system.js';
import { startEmulated } from './emulated/machine.js';
import { hostFolder, hostNamed, labFile, linkName, machineOf, passwordFile, type Lab, type LabHost } from './lab.js';
import { cutPower, makeDisk, pauseMachine, startMachine } from './vm/machine.js';
import { furnishForSeed } from './seed-host.js';
import { kernel } from './vm/kernel.js';
import { alive, end, remember } from '../src/engine/process.js';
import { holds, run } from '../src/engine/run-program.js';

/** What containers and etcd write cannot lie on an overlay: these folders are the disk's own. */
const disks = ['containerd', 'docker', 'kubelet', 'etcd'];
const processFile = (lab: Lab, host: string): string => hostFolder(lab, host, 'process.json');
const diskOf = (lab: Lab, host: string, ...parts: readonly string[]): string => hostFolder(lab, host, 'disk', ...parts);
const rootOf = (lab: Lab, host: string): string => hostFolder(lab, host, 'root');

export const isRunning = async (lab: Lab, host: string): Promise<boolean> =>
  (await alive(processFile(lab, host))) !== undefined;

/** Boots a host on its disks, which are made when it has none yet. */
export async function boot(lab: Lab, host: LabHost, rootfs: string): Promise<void> {
  const { name } = host;
  if (await isRunning(lab, name)) return;
  const machine = machineOf(lab, host);
  if (machine === 'program') {
    const own = await kernel(() => undefined);
    await makeDisk(lab, host, rootfs, (root) => furnish(lab, name, root), own);
    return remember(processFile(lab, name), startMachine(lab, host, own));
  }
  if (machine === 'emulated') {
    const other = await emulatedSystem(rootfs, lab.workerArch!, () => undefined);
    await makeDisk(lab, host, other.rootfs, (root) => furnish(lab, name, root), { driver: 'virtio_net' });
    return remember(processFile(lab, name), startEmulated(lab, host, other.kernel));
  }
  const root = rootOf(lab, name);
  await insertDisk(lab, name);
  for (const folder of ['upper', 'work', ...disks]) await mkdir(diskOf(lab, name, folder), { recursive: true });
  await mkdir(root, { recursive: true });
  if (!(await holds('mountpoint', ['-q', root]))) {
    const layers = `lowerdir=${rootfs},upperdir=${diskOf(lab, name, 'upper')},workdir=${diskOf(lab, name, 'work')}`;
    await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  }
  if (!existsSync(join(root, 'etc/ssh/ssh_host_ed25519_key'))) {
    await furnish(lab, name, root);
    if (!unified()) await makeGroupsWritable(root);
    if (lab.profile !== undefined) await furnishForSeed(root);
  }
  // A machine that lost its power has no control groups left; the kubelet would look for each old container, 3 s long.
  await removeGroups(lab, name);
  const groups = await makeGroups(lab, name);
  const log = openSync(hostFolder(lab, name, 'console.log'), 'a', 0o600);
  const binds = disks.map((disk) => `--bind=${diskOf(lab, name, disk)}:/var/lib/${disk}`);
  // The shell enters the host's groups before it becomes nspawn, so that the group namespace is rooted there.
  const script = 'for group in $KHA_GROUPS; do echo $$ >"$group" || exit 1; done; exec systemd-nspawn "$@"';
  const child = spawn(
    'sh',
    [
      '-c',
      script,
      'sh',
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--boot',
      `--directory=${root}`,
      `--machine=${linkName(lab, name)}`,
      `--hostname=${name}`,
      `--network-namespace-path=/run/netns/${linkName(lab, name)}`,
      '--capability=all',
      '--resolv-conf=off',
      '--bind=/dev/kmsg',
      '--system-call-filter=keyctl bpf perf_event_open @keyring',
      ...binds,
    ],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        KHA_GROUPS: groups.join(' '),
        SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1',
        SYSTEMD_NSPAWN_USE_CGNS: '1',
      },
    },
  );
  child.unref();
  if (child.pid === undefined) throw new Error(`systemd-nspawn could not be started for ${name}`);
  await remember(processFile(lab, name), child.pid);
}

/** A file system of the host's own where the lab was made so; a folder of this machine's otherwise. */
async function insertDisk(lab: Lab, host: string): Promise<void> {
  const folder = diskOf(lab, host);
  await mkdir(folder, { recursive: true });
  if (lab.disk === undefined || (await holds('mountpoint', ['-q', folder]))) return;
  const image = `${folder}.img`;
  if (!existsSync(image)) {
    await run('truncate', ['-s', `${lab.disk}G`, image]);
    await run('mkfs.ext4', ['-q', '-m', '0', image]);
  }
  await run('mount', ['-o', 'loop', image, folder]);
}

/** What a host has of its own before its first start: identity, SSH host key, who may log in. */
async function furnish(lab: Lab, host: string, root: string): Promise<void> {
  await writeFile(join(root, 'etc/hostname'), `${host}\n`);
  await writeFile(
    join(root, 'etc/machine-id'),
    `${(await readFile('/proc/sys/kernel/random/uuid', 'utf8')).replaceAll(/[-\n]/g, '')}\n`,
  );
  // A site without internet still names a DNS server; nobody answers there.
  await writeFile(join(root, 'etc/resolv.conf'), `nameserver ${switches(lab)[0]!.gateway}\n`);
  const key = await readFile(labFile(lab, 'id.pub'));
  for (const home of ['root', 'home/admin', 'home/admin-pw']) {
    await mkdir(join(root, home, '.ssh'), { recursive: true, mode: 0o700 });
    await writeFile(join(root, home, '.ssh/authorized_keys'), key, { mode: 0o600 });
    // Its numbers are the root file system's own.
    await run('chown', ['-R', `--reference=${join(root, home)}`, join(root, home, '.ssh')]);
  }
  if (lab.careful)
    await run('chroot', [root, 'chpasswd'], {
      stdin: `admin-pw:${await readFile(passwordFile(lab, 'sudo'), 'utf8')}\n`,
    });
  await appendFile(join(root, 'etc/ssh/sshd_config'), 'UseDNS no\nPasswordAuthentication no\nLogLevel VERBOSE\n');
  await run('ssh-keygen', ['-q', '-A', '-f', root]);
}

/** nspawn mounts the hierarchies of version 1 read-only; the kubelet and runc must write to them. */
async function makeGroupsWritable(root: string): Promise<void> {
  const controllers = 'cpu cpuacct cpuset memory devices freezer blkio pids';
  const remount = `mount -o remount,bind,rw /sys/fs/cgroup; for one in ${controllers}; do mount -o remount,bind,rw /sys/fs/cgroup/$one; done; mount --make-rshared /`;
  const unit = `[Unit]\nDefaultDependencies=no\nBefore=sysinit.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c '${remount.replaceAll('$', '$$$$')}'\n`;
  await writeFile(join(root, 'etc/systemd/system/cgroup-writable.service'), unit);
  const wants = join(root, 'etc/systemd/system/sysinit.target.wants');
  await mkdir(wants, { recursive: true });
  await rm(join(wants, 'cgroup-writable.service'), { force: true });
  await symlink('../cgroup-writable.service', join(wants, 'cgroup-writable.service'));
}

/** Cuts a host's power: its first process dies, and with it everything in its process namespace. */
export async function powerOff(lab: Lab, host: string): Promise<void> {
  const pid = await alive(processFile(lab, host));
  if (pid === undefined) return;
  if (machineOf(lab, hostNamed(lab, host)) !== 'container') {
    cutPower(pid);
    return end(processFile(lab, host), 'SIGKILL');
  }
  await freeze(lab, host, false);
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
  for (const child of children) process.kill(Number(child), 'SIGKILL');
  for (let tries = 0; tries < 100 && (await alive(processFile(lab, host))) !== undefined; tries += 1) await sleep(50);
  await end(processFile(lab, host), 'SIGKILL');
}

/** Stops every process of a host at once, or lets them go on. */
export async function pause(lab: Lab, host: string, frozen: boolean): Promise<void> {
  if (machineOf(lab, hostNamed(lab, host)) === 'container') return freeze(lab, host, frozen);
  const pid = await alive(processFile(lab, host));
  if (pid !== undefined) pauseMachine(pid, frozen);
}

/** Removes a host that is off: its mount, groups and disks. */
export async function removeHost(lab: Lab, host: string): Promise<void> {
  for (const folder of [rootOf(lab, host), diskOf(lab, host)])
    if (await holds('mountpoint', ['-q', folder])) await run('umount', [folder]);
  await removeGroups(lab, host);
  await rm(hostFolder(lab, host), { recursive: true, force: true });
}
