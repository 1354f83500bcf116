import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { buildInGopath, stagedIn } from '../../../src/bundle/build/gopath.js';
import { requiresOf } from '../../../src/bundle/build/go-mod.js';
import { kubernetes19, source } from '../../../src/bundle/build/modules.js';
import { cacheFolder } from '../../../src/engine/folders.js';
import { Folder } from '../samples.js';

const goMod = readFileSync(join(source('kubernetes-1.9'), 'go.mod'), 'utf8');

describe('kubernetes-1.9', () => {
  it('is of the release', () => {
    expect(requiresOf(goMod)['k8s.io/kubernetes']).toBe('v1.9.0');
    expect(kubernetes19.flags).toContain('-X k8s.io/kubernetes/pkg/version.gitVersion=v1.9.0');
    expect(kubernetes19.flags).toContain('-X k8s.io/client-go/pkg/version.gitMinor=9');
  });

  it('takes from the release’s own folders what has no version of its own', () => {
    expect(stagedIn(goMod)).toContainEqual(['k8s.io/client-go', 'staging/client-go']);
    expect(stagedIn(goMod)).toHaveLength(8);
  });

  it('names each of its commands in tools.go, or Go would not lay out what they are made of', () => {
    const tools = readFileSync(join(source('kubernetes-1.9'), 'tools.go'), 'utf8');
    const named = [...tools.matchAll(/_ "(.*)"/g)].map(([, path]) => path);
    expect(named).toEqual(expect.arrayContaining([...kubernetes19.commands]));
    for (const [, now] of Object.values(kubernetes19.gopath.changes ?? {})) expect(named).toContain(now);
  });
});

const toolchain = 'go1.9.7';
const there = existsSync(cacheFolder('go/mod/golang.org', `toolchain@v0.0.1-${toolchain}.linux-amd64`));

describe.skipIf(!there || process.getuid?.() !== 0)('buildInGopath', () => {
  const folders: Folder[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => folder[Symbol.dispose]()));

  const greeting = `package main\n\nimport "fmt"\n\nvar version = "none"\n\nfunc main() { fmt.Println("old", version, text) }\n`;
  const main = {
    name: 'greeting',
    toolchain,
    flags: '-X main.version=v1',
    commands: ['example.org/greeting/cmd/plain', 'example.org/greeting/cmd/withc'],
    gopath: {
      changes: { 'example.org/greeting/cmd/plain/main.go': ['"old"', '"new"'] },
      generate: `echo 'package main; const text = "generated"' >example.org/greeting/cmd/plain/text.go\n`,
      withC: ['example.org/greeting/cmd/withc'],
    },
  } as const;

  async function build(module: Parameters<typeof buildInGopath>[0]): Promise<Folder> {
    const folder = new Folder();
    folders.push(folder);
    execFileSync('mkdir', ['-p', ...['plain', 'withc'].map((name) => folder.at(`source/greeting/cmd/${name}`))]);
    folder.file(
      'source/go.mod',
      'module kha.lab/x\n\ngo 1.16\n\nrequire example.org/greeting v0.0.0\n\nreplace example.org/greeting => ./greeting\n',
    );
    folder.file(
      'source/tools.go',
      '//go:build tools\n\npackage tools\n\nimport (\n\t_ "example.org/greeting/cmd/plain"\n\t_ "example.org/greeting/cmd/withc"\n)\n',
    );
    folder.file('source/greeting/cmd/plain/main.go', greeting);
    folder.file(
      'source/greeting/cmd/withc/main.go',
      'package main\n\n// int one() { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
    );
    const env = {
      GOARCH: 'amd64',
      GOMODCACHE: cacheFolder('go', 'mod'),
      GOCACHE: cacheFolder('go', 'build'),
      GOFLAGS: '-modcacherw -mod=mod',
      CGO_ENABLED: '0',
    };
    await buildInGopath(module, folder.path, env, () => undefined);
    return folder;
  }

  const says = (path: string): string => execFileSync(path, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

  it('builds by a Go of its time what was changed, generated and stamped, and with C only what wants it', async () => {
    const folder = await build(main);
    expect(says(folder.at('out/plain'))).toBe('new v1 generated\n');
    expect(execFileSync('file', [folder.at('out/plain')], { encoding: 'utf8' })).toContain('statically linked');
    expect(execFileSync('file', [folder.at('out/withc')], { encoding: 'utf8' })).toContain('dynamically linked');
    expect(readFileSync(folder.at('out/plain')).includes(toolchain)).toBe(true);
  });

  it('gives the same bytes in another folder', async () => {
    const [one, other] = [await build(main), await build(main)];
    for (const name of ['plain', 'withc'])
      expect(digestOf(one.at(`out/${name}`)), name).toBe(digestOf(other.at(`out/${name}`)));
  });

  it('names a change that finds nothing to change', async () => {
    const changes = { 'example.org/greeting/cmd/plain/main.go': ['"gone"', '"new"'] } as const;
    await expect(build({ ...main, gopath: { ...main.gopath, changes } })).rejects.toThrow(/main\.go has no "gone"/);
  });
});
