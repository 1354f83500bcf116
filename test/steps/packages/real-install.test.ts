import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Archive } from '../../../src/bundle/archive.js';
import { packageFiles } from '../../../src/bundle/build/package-files.js';
import { serving } from '../../../src/bundle/serve.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import type { Machine } from '../../../src/cluster/cluster.js';
import { answer, type Output } from '../../../src/facts/fact.js';
import type { Host } from '../../../src/steps/host.js';
import { checkRegistry, installPackages } from '../../../src/steps/index.js';
import { Folder, source } from '../../bundle/samples.js';
import { cluster } from '../../clusters.js';
import { makeRpms } from '../../rpms.js';
import { contextOf } from '../fake-host.js';

const why = existsSync('/usr/bin/rpmbuild') ? '' : 'rpmbuild is not installed';

/** This machine as a Rocky Linux: its own shell, curl and rpm, with a database, a cache and an os-release of their own. */
class RockyHost implements Host {
  readonly machine: Machine;
  readonly scripts: string[] = [];
  readonly #folder: Folder;
  constructor(machine: Machine, folder: Folder) {
    this.machine = machine;
    this.#folder = folder;
    mkdirSync(folder.at('etc'));
    folder.file('etc/os-release', 'NAME="Rocky Linux"\nVERSION="9.6 (Blue Onyx)"\nID="rocky"\nVERSION_ID="9.6"\n');
    folder.file('.rpmmacros', `%_dbpath ${folder.at('db')}\n`);
  }
  sh(command: string, stdin = ''): Promise<Output> {
    const here = command.replaceAll(/\/(etc\/os-release|etc\/dnf|var\/cache\/kha)/g, `${this.#folder.path}/$1`);
    const child = spawn('sh', ['-c', here], { env: { PATH: process.env['PATH'], HOME: this.#folder.path } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    // A command that does not read its input closes the pipe.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(stdin);
    return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr })));
  }
  read: Host['read'] = async (fact) => answer(fact, await this.sh(fact.command, fact.stdin));
  run: Host['run'] = async (command, { stdin = '' } = {}) => {
    const { code, stdout, stderr } = await this.sh(command, stdin);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  runUnit = (script: string): Promise<string> => {
    this.scripts.push(script);
    return this.run(script);
  };
  write = (): Promise<void> => Promise.reject(new Error('no file is written here'));
}

describe.skipIf(why !== '')(`installPackages with rpms${why && ` (${why})`}`, { timeout: 60_000 }, () => {
  const folder = new Folder();
  const server = createServer();
  let host: RockyHost;
  let archive: Archive;
  let wanted = cluster();

  /** A bundle with packages for Rocky Linux 9, served as `kha bundle serve` does. */
  beforeAll(async () => {
    const rpms = makeRpms(folder.path, [
      { name: 'base', version: '1-1' },
      { name: 'keepalived', version: '2.2.8-4.el9' },
      { name: 'keepalived', version: '2.2.4-1.el9' },
    ]);
    mkdirSync(folder.at('bundled'));
    makeRpms(folder.at('bundled'), [
      { name: 'haproxy', version: '2.4.22-3.el9', needs: 'container-selinux' },
      { name: 'keepalived', version: '2.2.8-4.el9' },
      { name: 'container-selinux', version: '2.235.0-1.el9', epoch: 3 },
    ]);
    const files = await packageFiles(new Map([['rocky-9', folder.at('bundled/noarch')]]), () => undefined);
    const { description, ...sample } = source(folder);
    await writeArchive(folder.at('b.tar'), {
      ...sample,
      description: { ...description, systems: [{ os: 'rocky-9', arch: process.arch === 'arm64' ? 'arm64' : 'amd64' }] },
      files: [...sample.files, ...files],
    });
    archive = await Archive.open(folder.at('b.tar'));
    server.on('request', serving([archive])).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    wanted = cluster({ source: { registry: { address: `127.0.0.1:${port}`, plainHttp: true } } });
    host = new RockyHost(wanted.hosts[0]!, folder);
    await host.run(`rpm --install ${rpms[0]} ${rpms[2]}`);
  }, 60_000);
  afterAll(async () => {
    server.close();
    await archive?.[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  it('finds the bundle made for the host', async () => {
    // The sample has no image of a cluster; its system is looked at first.
    const problems = await checkRegistry.check(contextOf(wanted, host));
    expect(problems.filter((one) => !one.startsWith('images:'))).toEqual([]);
  });

  it('fetches, proves and installs what is missing or older, and then has nothing to do', async () => {
    const context = contextOf(wanted, host);
    expect(await installPackages.check(context)).toEqual([
      'container-selinux 3:2.235.0-1.el9 is not installed',
      'haproxy 2.4.22-3.el9 is not installed',
      'keepalived 2.2.8-4.el9 is not installed',
    ]);
    await installPackages.apply!(context);
    expect(await installPackages.check(context)).toEqual([]);
    expect((await host.run('rpm -qa | sort')).trim().split('\n')).toEqual([
      'base-1-1.noarch',
      'container-selinux-2.235.0-1.el9.noarch',
      'haproxy-2.4.22-3.el9.noarch',
      'keepalived-2.2.8-4.el9.noarch',
    ]);
    expect(host.scripts).toHaveLength(1);
    await installPackages.apply!(context);
    expect(host.scripts).toHaveLength(1);
  });

  it('keeps a package that somebody locked', async () => {
    const context = contextOf(wanted, host);
    await host.run(`rpm --upgrade --oldpackage ${folder.at('noarch/keepalived-2.2.4-1.el9.noarch.rpm')}`);
    mkdirSync(folder.at('etc/dnf/plugins'), { recursive: true });
    writeFileSync(folder.at('etc/dnf/plugins/versionlock.list'), 'keepalived-0:2.2.4-1.el9.*\n');
    expect(await installPackages.check(context)).toEqual([]);
    expect(context.warnings).toEqual([
      expect.stringMatching(/keepalived is held back at 2\.2\.4-1\.el9 \(dnf versionlock list/),
    ]);
  });
});
