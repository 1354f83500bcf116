import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../root.js';

const program = inRoot('bin/kha.js');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A state folder of its own, and so an engine and labs of its own, beside whatever else runs on this machine. */
export interface Ground {
  readonly folder: string;
  readonly spec: string;
  /** Runs kha as a user would. */
  readonly kha: (...args: string[]) => Promise<Ended>;
  /** The same, and throws what it said when it did not end with 0. */
  readonly done: (...args: string[]) => Promise<string>;
  readonly remove: () => void;
}

/** `by`: the command, if any, that kha is run by, such as env. */
export function ground(
  lab: string,
  more: Readonly<Record<string, string>> = {},
  by: () => readonly string[] = () => [],
): Ground {
  // Not /tmp, which may be memory: the hosts' disks come here.
  const folder = mkdtempSync('/var/tmp/kha-test-');
  const env = { ...process.env, XDG_STATE_HOME: folder, ...more };
  delete (env as Record<string, string | undefined>)['TEMPORAL_ADDRESS'];
  const kha = (...args: string[]): Promise<Ended> =>
    new Promise((resolve, reject) => {
      const [command = '', ...words] = [...by(), process.execPath, program, ...args];
      const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, ...ended }));
    });
  return {
    folder,
    spec: join(folder, 'kha/lab', lab, 'cluster.yaml'),
    kha,
    async done(...args) {
      const { code, stdout, stderr } = await kha(...args);
      if (code !== 0)
        throw new Error(`kha ${args.join(' ')} ended with ${code}:\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
      return stdout;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
