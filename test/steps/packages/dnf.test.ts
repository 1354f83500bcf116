import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knownCause } from '../../../src/activities/known-cause.js';
import { reasonOf } from '../../../src/activities/reason.js';
import { answer, FactUnknown, type Fact, type Output } from '../../../src/facts/fact.js';
import { installedRpms } from '../../../src/facts/rpm.js';
import { packageManagerOf } from '../../../src/steps/packages/package-manager.js';
import { makeRpms } from '../../rpms.js';

const manager = packageManagerOf({ os: 'rocky-9', arch: 'amd64' });
const installed =
  process.getuid?.() === 0 &&
  ['dnf', 'rpmbuild', 'createrepo_c', 'flock'].every((name) => existsSync(`/usr/bin/${name}`));
const folder = mkdtempSync(join(tmpdir(), 'kha-dnf-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);

/** What the repository at this machine's own address gives instead of its file; the file where it gives undefined. */
let instead: (name: string, content: Buffer) => Buffer | number | undefined = () => undefined;
const server = createServer((request, response) => {
  const name = (request.url ?? '').slice(1);
  const content = existsSync(at('repo', name)) ? readFileSync(at('repo', name)) : undefined;
  const given = content && (instead(name, content) ?? content);
  if (given === undefined || typeof given === 'number') return void response.writeHead(given ?? 404).end();
  response.end(given);
});
let address = '';

/** The real dnf and rpm, in a root of their own: `dnf` and `rpm` of the PATH lead there. */
beforeAll(async () => {
  if (!installed) return;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  makeRpms(at('repo'), [
    { name: 'base', version: '1-1' },
    { name: 'haproxy', version: '2.4.22-3.el9' },
    { name: 'haproxy', version: '2.4.17-1.el9' },
    { name: 'socat', version: '1.7.4-6.el9' },
    { name: 'needy', version: '1-1', needs: 'absent-library' },
    { name: 'ample', version: '1-1', megabytes: 40 },
  ]);
  execFileSync('createrepo_c', ['-q', at('repo')]);
  mkdirSync(at('bin'));
  const own = `--installroot=${at('root')} --config=${at('dnf.conf')} --setopt=reposdir=${at('repos')} --releasever=9`;
  writeFileSync(at('bin/dnf'), `#!/bin/sh\nexec /usr/bin/dnf ${own} "$@"\n`, { mode: 0o755 });
  writeFileSync(at('bin/rpm'), `#!/bin/sh\nexec /usr/bin/rpm --root=${at('root')} "$@"\n`, { mode: 0o755 });
  writeFileSync(at('.rpmmacros'), '%_dbpath /var/lib/rpm\n');
  mkdirSync(at('repos'));
}, 60_000);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  if (!installed) return;
  instead = () => undefined;
  rmSync(at('root'), { recursive: true, force: true });
  mkdirSync(at('root'));
  settings();
  expect(await host(manager.installNamed(['base']))).toMatchObject({ code: 0 });
});

/** dnf's settings and its one repository. */
function settings({ main = 'gpgcheck=0', repository = '', url = address } = {}): void {
  writeFileSync(at('dnf.conf'), `[main]\nplugins=0\ntimeout=5\nretries=1\n${main}\n`);
  writeFileSync(at('repos/base.repo'), `[baseos]\nname=BaseOS\nenabled=1\nbaseurl=${url}\n${repository}\n`);
}

/** A script as the host runs it; not in one go with this process, which answers it. */
function host(script: string): Promise<Output> {
  const env = { PATH: `${at('bin')}:${process.env['PATH']}`, HOME: folder, LC_ALL: 'C' };
  const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr })));
}

const read = async <T>(fact: Fact<T>): Promise<T> => answer(fact, await host(fact.command));
const forget = (): void => rmSync(at('root/var/cache'), { recursive: true, force: true });
const spoilDatabase = (): void => {
  for (const name of readdirSync(at('root/var/lib/rpm')))
    if (name.startsWith('rpmdb')) writeFileSync(at('root/var/lib/rpm', name), 'spoilt');
};
const all = async (): Promise<string[]> => (await host('rpm -qa')).stdout.trim().split('\n').sort();

describe.skipIf(!installed)('the real dnf', { timeout: 60_000 }, () => {
  it('says what the repositories have, and leaves the host’s own metadata as they are', async () => {
    const before = (await host(`find ${at('root/var/cache')} -type f -printf '%p %T@\\n' | sort`)).stdout;
    expect(await read(manager.unoffered(['haproxy', 'nowhere']))).toEqual({ names: ['nowhere'], said: '' });
    expect((await host(`find ${at('root/var/cache')} -type f -printf '%p %T@\\n' | sort`)).stdout).toBe(before);
  });

  it('installs by name, and leaves what is there in an older version', async () => {
    await host('dnf -y install haproxy-2.4.17');
    expect(await host(manager.installNamed(['socat']))).toMatchObject({ code: 0 });
    expect(await all()).toEqual(['base-1-1.noarch', 'haproxy-2.4.17-1.el9.noarch', 'socat-1.7.4-6.el9.noarch']);
  });

  const cutPrimary = (name: string, content: Buffer) =>
    name.includes('primary.xml') ? content.subarray(0, 100) : undefined;
  it.each<[what: string, spoil: () => void, name: string, words: RegExp, next: RegExp]>([
    [
      'a repository that is gone',
      () => settings({ url: 'http://127.0.0.1:9/' }),
      'haproxy',
      /^Curl error \(7\): .*127\.0\.0\.1:9\/repodata/,
      /let the host reach its repository/,
    ],
    [
      'a repository without metadata',
      () => (instead = () => 404),
      'haproxy',
      /^Status code: 404 for http.*repomd\.xml/,
      /let the host reach its repository/,
    ],
    [
      'metadata that are cut off',
      () => (instead = cutPrimary),
      'haproxy',
      /checksum doesn't match/,
      /mend or synchronise it/,
    ],
    [
      'a list of metadata that is cut off',
      () => (instead = (name, content) => (name.endsWith('repomd.xml') ? content.subarray(0, 300) : undefined)),
      'haproxy',
      /repomd\.xml parser error/,
      /mend or synchronise it/,
    ],
    [
      'a package that is cut off',
      () => (instead = (name, content) => (name.endsWith('.rpm') ? content.subarray(0, 900) : undefined)),
      'haproxy',
      /Inconsistent server data/,
      /mend or synchronise it/,
    ],
    [
      'a package that is not there',
      () => (instead = (name) => (name.endsWith('.rpm') ? 404 : undefined)),
      'haproxy',
      /^Status code: 404 for http.*haproxy.*\.rpm/,
      /let the host reach its repository/,
    ],
    [
      'a package that nobody offers',
      () => undefined,
      'nowhere',
      /^Unable to find a match: nowhere$/,
      /enable the repository that has it/,
    ],
    [
      'a package that needs what nobody has',
      () => undefined,
      'needy',
      /^nothing provides absent-library needed by needy-1-1/,
      /give the host what is lacking/,
    ],
    [
      'no key to check signatures with',
      () => settings({ main: 'gpgcheck=1' }),
      'haproxy',
      /^You have enabled checking of packages via GPG keys/,
      /gpgkey/,
    ],
    [
      'packages that are not signed',
      () => settings({ main: 'gpgcheck=1', repository: `gpgkey=file://${at('none')}` }),
      'haproxy',
      /^Package haproxy\S+ is not signed$/,
      /gpgkey/,
    ],
    [
      'a database that cannot be read',
      spoilDatabase,
      'haproxy',
      /^sqlite failure: .*file is not a database/,
      /rpm --rebuilddb/,
    ],
  ])('is told, when it finds %s, with a reason and what to do', async (_, spoil, name, words, next) => {
    forget();
    spoil();
    isTold(await host(manager.installNamed([name])), words, next);
  });

  it('is told, when the disk is full', async () => {
    const little = `mount -t tmpfs -o size=20m tmpfs ${at('root')} && ${manager.installNamed(['ample'])}`;
    isTold(
      await host(`cat >${at('little')} <<'END'\n${little}\nEND\nunshare -m sh ${at('little')}`),
      /needs \d+MB more space on the \/ filesystem|Failed writing received data to disk/,
      /make room/,
    );
  });

  it.each([
    ['dnf', () => manager.installNamed(['haproxy'])],
    ['rpm', () => manager.install([at('repo/noarch', rpmOf('socat'))], [])],
  ])('is told, when somebody else holds the database (%s)', async (_, script) => {
    const lock = at('root/var/lib/rpm/.rpm.lock');
    const holding = spawn('python3', [
      '-c',
      `import fcntl, sys\nf = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()`,
      lock,
    ]);
    await new Promise((resolve) => holding.stdout.once('data', resolve));
    const output = await host(script());
    holding.stdin.end();
    isTold(output, /^can't create transaction lock on .*\.rpm\.lock/, /let it end/);
  });

  it('tells before anything is changed why a repository does not answer, and gives no answer without a database', async () => {
    settings({ url: 'http://127.0.0.1:9/' });
    expect(await read(manager.unoffered(['haproxy']))).toEqual({
      names: ['haproxy'],
      said: expect.stringMatching(
        /^Curl error \(7\): .*127\.0\.0\.1:9.*; Error: Failed to download metadata/,
      ) as string,
    });
    spoilDatabase();
    await expect(read(installedRpms)).rejects.toThrow(FactUnknown);
  });
});

const rpmOf = (name: string): string =>
  basename(readdirSync(at('repo/noarch')).find((file) => file.startsWith(`${name}-`))!);

/** Nothing was installed, and a person reads why and what to do. */
function isTold({ code, stdout, stderr }: Output, words: RegExp, next: RegExp): void {
  const said = [stdout, stderr].filter(Boolean).join('\n');
  expect(code, said).not.toBe(0);
  expect(reasonOf(said)).toMatch(words);
  expect(knownCause(said)?.next).toMatch(next);
}
