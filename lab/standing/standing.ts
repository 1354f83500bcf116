import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stateFolder } from '../../src/engine/folders.js';
import { freePort } from '../../src/engine/ports.js';
import type { Report } from '../../src/engine/report.js';
import { holds, run } from '../../src/engine/run-program.js';
import { temporalCli } from '../../src/engine/temporal-cli.js';
import { buildTemporal } from '../../src/bundle/build/build-modules.js';
import { makeCertificates } from './certificates.js';
import { readCompose, type Compose, type Service } from './compose.js';
import { startPostgres, type Postgres } from './postgres.js';

type Environment = Readonly<Record<string, string>>;

const serverName = 'temporal.standing.test';
/** What an operator would put into .env for TLS with client certificates. */
const settings = {
  KHA_TLS_CA: '/etc/temporal/tls/ca.crt',
  KHA_TLS_SERVER_CERT: '/etc/temporal/tls/server.crt',
  KHA_TLS_SERVER_KEY: '/etc/temporal/tls/server.key',
  KHA_TLS_CLIENT_CERT: '/etc/temporal/tls/client.crt',
  KHA_TLS_CLIENT_KEY: '/etc/temporal/tls/client.key',
  KHA_TLS_SERVER_NAME: serverName,
  KHA_TLS_REQUIRE_CLIENT_AUTH: 'true',
};

/**
 * docker-compose.yml without Docker: its server, jobs, settings and health checks, with the programs built from their Go
 * modules and with Debian's PostgreSQL. Everything lies in one folder and ends with `down`.
 */
export class Standing {
  readonly #folder = stateFolder('standing');
  readonly #children: ChildProcess[] = [];
  #compose!: Compose;
  #postgres?: Postgres;
  #path = '';
  /** A path or address within the containers, and where it is here. */
  #here: (readonly [there: string, here: string])[] = [];

  /** Brings PostgreSQL, schema, server and namespace up in compose's order; the jobs run twice, as at a second `up`. */
  async up(report: Report): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    for (const name of ['tls', 'tools']) await mkdir(join(this.#folder, name), { recursive: true, mode: 0o700 });
    const { binaries, sources } = await buildTemporal(report);
    this.#path = [binaries, dirname(await temporalCli(report)), process.env['PATH']].join(delimiter);
    const password = randomBytes(12).toString('hex');
    const file = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url));
    this.#compose = await readCompose(file, { ...settings, POSTGRES_PASSWORD: password });
    await makeCertificates(join(this.#folder, 'tls'), serverName);
    const dynamic = join(this.#folder, 'dynamicconfig.yaml');
    await writeFile(dynamic, this.#compose.configs['dynamicconfig']!.content);
    const template = await readFile(join(sources, 'common/config/config_template_embedded.yaml'), 'utf8');
    await mkdir(join(this.#folder, 'config'));
    await writeFile(join(this.#folder, 'config', 'base.yaml'), `# enable-template\n${template}`);
    const [database, frontend] = [await freePort(0), await freePort(0)];
    this.#here = [
      ['/etc/temporal/schema', join(sources, 'schema')],
      ['/etc/temporal/tls', join(this.#folder, 'tls')],
      ['/etc/temporal/kha/dynamicconfig.yaml', dynamic],
      ['/tools', join(this.#folder, 'tools')],
      ['temporal:7233', `127.0.0.1:${frontend}`],
      ['127.0.0.1:7233', `127.0.0.1:${frontend}`],
    ];
    this.#postgres = await startPostgres(database, password);
    const sql = { SQL_HOST: '127.0.0.1', SQL_PORT: `${database}` };
    await this.#job('temporal-schema', sql);
    await this.#job('temporal-schema', sql);
    await this.#server({
      POSTGRES_SEEDS: '127.0.0.1',
      DB_PORT: `${database}`,
      BIND_ON_IP: '127.0.0.1',
      FRONTEND_GRPC_PORT: `${frontend}`,
    });
    await this.#job('temporal-namespace');
    await this.#job('temporal-namespace');
  }

  /** What a client or worker is started with to reach the server. */
  get client(): Environment {
    return this.#environment('worker', { HOME: process.env['HOME'] ?? '/root' });
  }

  /** Starts a worker as compose does; its log: worker-<name>.log. */
  worker(name: string, program: string): ChildProcess {
    return this.#spawn(`worker-${name}`, process.execPath, [program, 'worker'], this.client);
  }

  /** Ends everything that was started; its folder stays for its logs. */
  async down(): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await this.#postgres?.stop();
  }

  async #job(name: string, more: Environment = {}): Promise<void> {
    const { command = [] } = this.#service(name);
    await run('/bin/sh', ['-euc', this.#translate(command.join('\n'))], { env: this.#environment(name, more) });
  }

  async #server(more: Environment): Promise<void> {
    const env = this.#environment('temporal', more);
    await this.#everyFileIsThere(env);
    const child = this.#spawn('temporal', 'temporal-server', ['start'], env);
    const [, program = '', ...args] = this.#service('temporal').healthcheck!.test.map((word) => this.#translate(word));
    const check = ['-u', 'PATH', ...Object.entries(env).map(([key, value]) => `${key}=${value}`), program, ...args];
    for (let tries = 0; !(await holds('env', check)); tries += 1) {
      if (tries > 60 || child.exitCode !== null)
        throw new Error(`the server is not well; its log: ${join(this.#folder, 'temporal.log')}`);
      await sleep(500);
    }
  }

  /** The settings that the server makes of its environment name files: each of them has to be mounted. */
  async #everyFileIsThere(env: Environment): Promise<void> {
    const rendered = await run('temporal-server', ['-c', join(this.#folder, 'config'), 'render-config'], { env });
    const named = [...rendered.matchAll(/^\s*(?:certFile|keyFile|filepath|-): (\/\S+)$/gm)].map(
      ([, path = '']) => path,
    );
    if (named.length < 5) throw new Error(`the server's settings name only ${named.join(', ')}: TLS is not set`);
    for (const path of named) await access(path);
  }

  #spawn(name: string, command: string, args: readonly string[], env: Environment): ChildProcess {
    const log = openSync(join(this.#folder, `${name}.log`), 'a', 0o600);
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
    this.#children.push(child);
    return child;
  }

  #service(name: string): Service {
    const service = this.#compose.services[name];
    if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
    return service;
  }

  #environment(name: string, more: Environment): Environment {
    const own = Object.entries(this.#service(name).environment ?? {}).map(([key, value]) => [
      key,
      this.#translate(value),
    ]);
    return { ...Object.fromEntries(own), ...more, PATH: this.#path } as Environment;
  }

  #translate(text: string): string {
    return this.#here.reduce((done, [there, here]) => done.replaceAll(there, here), text);
  }
}
