import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/engine/run-program.js';

/** A PostgreSQL of Debian's on loopback, with a user `temporal` who may make databases, as the image of compose has it. */
export interface Postgres {
  readonly port: number;
  stop(): Promise<void>;
}

/** Installs PostgreSQL where it is not there, makes a fresh database cluster and starts it; `stop` removes it. */
export async function startPostgres(port: number, password: string): Promise<Postgres> {
  const programs = await installed();
  // It does not run as root, whose state folder is closed to it.
  const folder = await mkdtemp(join(tmpdir(), 'kha-postgresql-'));
  const [data, passwords] = [join(folder, 'data'), join(folder, 'password')];
  await writeFile(passwords, password, { mode: 0o600 });
  await run('chown', ['-R', 'postgres:', folder]);
  const as = (program: string, ...args: string[]): Promise<string> =>
    run('setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', join(programs, program), ...args], {
      cwd: folder,
    });
  await as('initdb', '-D', data, '-U', 'temporal', `--pwfile=${passwords}`, '-A', 'scram-sha-256', '--no-sync');
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`;
  await as('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  return {
    port,
    stop: async () => {
      await as('pg_ctl', '-D', data, '-w', '-m', 'fast', 'stop');
      await rm(folder, { recursive: true });
    },
  };
}

/** The folder of the newest PostgreSQL's programs. */
async function installed(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = (): Promise<string[]> => readdir(root).catch(() => []);
  if ((await versions()).length === 0) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], { env });
  }
  const [newest] = (await versions()).sort((a, b) => Number(b) - Number(a));
  if (!newest) throw new Error(`Debian's package postgresql left no version in ${root}`);
  return join(root, newest, 'bin');
}
