import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present, sh } from './sh.js';

/** Where a folder lies, or will lie once it is made. */
export interface Disk {
  readonly folder: string;
  /** What tells its file system from others of the host: the device, or the place of one without. */
  readonly fileSystem: string;
  readonly freeMb: number;
  /** A place at or above the folder where /etc/fstab mounts something, and nothing is mounted. */
  readonly unmounted?: string;
}

/** Defines `nearest FOLDER`: the folder, or the nearest one above it that is there. */
const nearest = 'nearest() { at=$1; while ! present "$at"; do at=${at%/*}; at=${at:-/}; done; echo "$at"; }; ';

/** The file systems of folders, absolute paths without a space; in their order. */
export const disks = (folders: readonly string[]): Fact<Disk[]> => ({
  command: [
    `${present}${nearest}mounted() (while read -r what at rest; do if [ "$at" = "$1" ]; then exit 0; fi; done </proc/self/mounts; exit 1); `,
    'unmounted() { if [ ! -r /etc/fstab ]; then return 0; fi; while read -r what at rest; do case $what in "#"*) continue;; esac; at=${at%/}; ' +
      'case $1/ in "${at:-none}"/*) if ! mounted "$at"; then echo "$at"; return 0; fi;; esac; done </etc/fstab; }',
    sh`for folder in ${folders}; do` +
      ' at=$(nearest "$folder") && found=$(df -Pk -- "$at") || exit; set -- $(echo "$found" | tail -n 1);' +
      ' case $1 in /*) file=$1;; *) file=$6;; esac; echo "$folder $file $4 $(unmounted "$folder")"; done',
  ].join('\n'),
  parse: ({ stdout }) =>
    lines(stdout).map((line) => {
      const [folder = '', fileSystem = '', free, unmounted] = line.split(' ');
      if (!/^\d+$/.test(free ?? '')) throw new Error(`no free space of ${folder}`);
      return {
        folder,
        fileSystem,
        freeMb: Math.floor(Number(free) / 1024),
        ...(unmounted ? { unmounted } : {}),
      };
    }),
});

/** Milliseconds of each of 20 synchronous 2 KB writes, as etcd makes them, into a temporary file on the disk of its folder. */
export const syncedWrites = (folder: string): Fact<number | undefined> => ({
  command:
    present +
    nearest +
    sh`folder=$(nearest ${folder}) || exit; probe=$(mktemp -p "$folder" .kha-fsync.XXXXXX) || exit 1; begun=$(date +%s%N); ` +
    'dd if=/dev/zero of="$probe" bs=2k count=20 oflag=dsync 2>/dev/null; code=$?; ended=$(date +%s%N); rm -f "$probe"; echo $(( (ended - begun) / 20000 )); exit $code',
  codes: [0, 1],
  parse: ({ code, stdout }) => (code === 0 ? Number(stdout.trim()) / 1000 : undefined),
});
