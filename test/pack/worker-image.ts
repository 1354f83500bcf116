import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseSystem } from '../../src/bundle/build/base-system.js';
import type { Report } from '../../src/engine/report.js';
import { run } from '../../src/engine/run-program.js';

/** npm as Node 24 brings it along; another of the same major does as well. */
const npm = 'npm@11.19.0';
const tag = 'localhost/kubernetes-ha-worker';

/** What a container of an image runs. */
export interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
}

/**
 * The image of the Dockerfile, built by buildah in a store of its own. Docker's registry cannot be reached here, so the base
 * image is made first, under the name that the Dockerfile has: Debian by mmdebstrap, Node and npm from the npm registry.
 */
export class WorkerImage {
  readonly #folder: string;
  readonly #repository: string;
  readonly #report: Report;

  constructor(folder: string, repository: string, report: Report) {
    [this.#folder, this.#repository, this.#report] = [folder, repository, report];
  }

  async build(): Promise<ImageConfig> {
    const dockerfile = await readFile(join(this.#repository, 'Dockerfile'), 'utf8');
    const bases = new Set([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, name = '']) => name));
    for (const base of bases) await this.#makeBase(base);
    await this.#buildah([
      ...['bud', '--isolation', 'chroot', '--pull-never', '--tag', tag, '--file', 'Dockerfile'],
      ...(await this.#authorities()),
      '.',
    ]);
    const about = JSON.parse(await this.#buildah(['inspect', '--type', 'image', tag])) as {
      OCIv1: { config: ImageConfig };
    };
    return about.OCIv1.config;
  }

  /** Mounts a container of the image: the folder of its root file system. */
  async mount(): Promise<string> {
    const container = (await this.#buildah(['from', '--pull-never', tag])).trim();
    return (await this.#buildah(['mount', container])).trim();
  }

  async remove(): Promise<void> {
    await this.#buildah(['rm', '--all']);
    await this.#buildah(['rmi', '--all', '--force']);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeBase(name: string): Promise<void> {
    const [, version, suite] = /^node:(\d+\.\d+\.\d+)-(\w+)-slim$/.exec(name) ?? [];
    if (!version || !suite) throw new Error(`the Dockerfile begins FROM ${name}, of which no copy can be made here`);
    const [debian, node, manager] = [
      await baseSystem(suite, this.#report),
      await this.#fromRegistry(`node-linux-${process.arch}@${version}`),
      await this.#fromRegistry(npm),
    ];
    const container = (await this.#buildah(['from', 'scratch'])).trim();
    const root = (await this.#buildah(['mount', container])).trim();
    await run('cp', ['--archive', `${debian}/.`, root]);
    const local = join(root, 'usr/local');
    const modules = join(local, 'lib/node_modules/npm');
    await mkdir(modules, { recursive: true });
    await run('tar', ['-xzf', node, '--strip-components=1', '-C', local, 'package/bin']);
    await run('tar', ['-xzf', manager, '--strip-components=1', '-C', modules]);
    await run('chmod', ['+x', join(modules, 'bin/npm-cli.js')]);
    await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
    await run('chroot', [root, 'useradd', '--uid', '1000', '--create-home', 'node']);
    await this.#buildah(['umount', container]);
    await this.#buildah(['commit', '--quiet', '--rm', container, `docker.io/library/${name}`]);
  }

  async #fromRegistry(what: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return join(
      this.#folder,
      (await run('npm', ['pack', '--silent', '--pack-destination', this.#folder, what])).trim(),
    );
  }

  /** Where this machine's Node has to be told whom to believe, npm in the build has to be too; an empty file stays of it. */
  async #authorities(): Promise<string[]> {
    const file = process.env['NODE_EXTRA_CA_CERTS'];
    if (!file) return [];
    const settings = join(this.#folder, 'npmrc');
    await writeFile(settings, 'cafile=/etc/ssl/certs/ca-certificates.crt\n');
    return [
      '--volume',
      `${file}:/etc/ssl/certs/ca-certificates.crt:ro`,
      '--volume',
      `${settings}:/usr/local/etc/npmrc:ro`,
    ];
  }

  #buildah(args: readonly string[]): Promise<string> {
    const store = ['--root', join(this.#folder, 'store'), '--runroot', join(this.#folder, 'run')];
    return run('buildah', [...store, ...args], { cwd: this.#repository });
  }
}
