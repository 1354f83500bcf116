import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '../../src/facts/fact.js';

/** A host as far as units go: a folder for them, and stand-ins for systemd's programs that start real processes. */
export interface Systemd {
  readonly folder: string;
  execute(command: string, stdin?: string): Promise<Output>;
  /** The units that were started, in order. */
  started(): string[];
  /** What `systemctl stop` was asked for. */
  stopped(): string[];
  /** What systemd says of every unit from now on; nothing: the truth. An empty text: it does not answer. */
  says(words: string | undefined): void;
  restart(): void;
  close(): void;
}

const systemdRun = `
for word in "$@"; do case $word in --unit=*) unit=\${word#--unit=};; esac; done
while [ "$1" != sh ]; do shift; done
if kill -0 $(cat $STATE/$unit.pid 2>/dev/null) 2>/dev/null; then
  echo "Failed to start transient service unit: Unit $unit.service was already loaded or has a fragment file." >&2; exit 1
fi
echo $unit >>$STATE/started
export INVOCATION_ID=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \\n')
setsid "$@" >/dev/null 2>&1 </dev/null & echo $! >$STATE/$unit.pid
`;

const systemctl = `
alive() { kill -0 $(cat $STATE/$1.pid 2>/dev/null) 2>/dev/null; }
case $1 in
  show)
    if [ -e $STATE/says ]; then cat $STATE/says; [ -s $STATE/says ]; exit; fi
    for unit in "$@"; do :; done
    if alive \${unit%.service}; then echo ActiveState=active; else echo ActiveState=inactive; fi;;
  -q) alive \${3%.service};;
  list-units)
    state=active; if [ -s $STATE/says ]; then state=$(sed -n s/^ActiveState=//p $STATE/says); fi
    for word in "$@"; do case $word in --state=*) case ,\${word#--state=}, in *,$state,*) ;; *) exit 0;; esac;; esac; done
    for pid in $STATE/*.pid; do
      unit=$(basename $pid .pid)
      for family in "$@"; do :; done
      case $unit.service in $family) if alive $unit; then echo "$unit.service loaded $state running x"; fi;; esac
    done;;
  stop)
    echo "$2" >>$STATE/stopped
    for pid in $STATE/*.pid; do
      case $(basename $pid .pid).service in $2) kill -TERM -$(cat $pid) 2>/dev/null;; esac
    done; true;;
esac
`;

/** `kilobytes`: size of the disk that the units' folder is on, which takes root; this machine's disk unless told. */
export function startSystemd({ kilobytes }: { kilobytes?: number } = {}): Systemd {
  const base = mkdtempSync(join(tmpdir(), 'kha-units-'));
  const [programs, state, units] = ['bin', 'state', 'units'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [programs, state, units]) mkdirSync(path);
  for (const [name, text] of Object.entries({ 'systemd-run': systemdRun, systemctl })) {
    writeFileSync(join(programs, name), `#!/bin/sh\nSTATE=${state}\n${text}`);
    chmodSync(join(programs, name), 0o755);
  }
  const boot = join(base, 'boot_id');
  writeFileSync(boot, 'first\n');
  if (kilobytes !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'kha-test', units]);
  const lines = (name: string): string[] => {
    const file = join(state, name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  };
  return {
    folder: units,
    started: () => lines('started'),
    stopped: () => lines('stopped'),
    execute(command, stdin = '') {
      const here = command.replaceAll('/var/lib/kha/units', units).replaceAll('/proc/sys/kernel/random/boot_id', boot);
      const child = spawn('sh', ['-c', here], { env: { ...process.env, PATH: `${programs}:${process.env['PATH']}` } });
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
      child.stdin.on('error', () => child.stdin.destroy());
      child.stdin.end(stdin);
      return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, ...output })));
    },
    says(words) {
      const file = join(state, 'says');
      if (words === undefined) rmSync(file, { force: true });
      else writeFileSync(file, words);
    },
    restart: () => writeFileSync(boot, 'second\n'),
    close() {
      if (kilobytes !== undefined) execFileSync('umount', ['-l', units]);
      rmSync(base, { recursive: true, force: true });
    },
  };
}
