import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { cables } from '../cables.js';
import { hostFolder, macOf, type Lab, type LabHost } from '../lab.js';
import { diskOf } from '../vm/machine.js';

/**
 * What QEMU is told of a host's machine, without any hardware's help. Its processor is one without pointer authentication:
 * with it (`max`), which Debian's programs use at every call, a kernel alone takes ten times as long to start.
 */
export const emulation = (lab: Lab, host: LabHost, kernel: string): string[] => [
  ...['-machine', 'virt,gic-version=3', '-cpu', 'neoverse-n1', '-accel', 'tcg,thread=multi'],
  ...['-smp', '2', '-m', '3G', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
  ...['-kernel', kernel, '-append', 'root=/dev/nvme0n1 rw console=ttyAMA0'],
  // What was written is this machine's to keep: the host ends, and this machine does not.
  ...['-drive', `file=${diskOf(lab, host.name)},if=none,id=disk,format=raw,cache=unsafe`],
  ...['-device', 'nvme,drive=disk,serial=kha', '-device', 'virtio-rng-pci'],
  ...cables(lab, host).flatMap(({ link, address }, index) => [
    ...['-netdev', `tap,id=net${index},ifname=${link},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=net${index},mac=${macOf(address)},romfile=`],
  ]),
];

/** Starts an emulated machine on the host's disk and cables; gives the id of its process. */
export function startEmulated(lab: Lab, host: LabHost, kernel: string): number {
  const { name } = host;
  const log = openSync(hostFolder(lab, name, 'console.log'), 'a', 0o600);
  const words = emulation(lab, host, kernel);
  const child = spawn('qemu-system-aarch64', words, { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  if (child.pid === undefined) throw new Error(`the machine of ${name} could not be started`);
  return child.pid;
}
