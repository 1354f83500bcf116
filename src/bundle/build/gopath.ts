import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { cCompiler } from './c-compiler.js';
import { binaryName, type GopathBuild, type Module } from './modules.js';

/** Everything but its tools that a GOPATH build runs; it sees its folders as /mnt, wherever the cache is. */
const script = `set -eu
mount --bind "$TOOLCHAIN" "$FOLDER/go"
mount --rbind "$FOLDER" /mnt
unset GOFLAGS GOMODCACHE GOCACHE GOTOOLCHAIN
export GOROOT=/mnt/go GOPATH=/mnt/gopath TMPDIR=/mnt/tmp HOME=/mnt/tmp PATH=/mnt/go/bin:/usr/bin:/bin
cd /mnt/gopath/src
`;

/** -installsuffix: Go's own packages are compiled anew, without C. */
const compileStatic = `GOBIN=/mnt/out go install -installsuffix static -ldflags "$LDFLAGS" "$@"
`;

/** Only with C of Go's own packages would Go link by itself, and not know what today's compilers write. */
const compileWithC = `for command; do go build -ldflags "-linkmode external $LDFLAGS" -o "/mnt/out/\${command##*/}" "$command"; done
`;

/** What the binaries follow from besides the module's own files. Throws where they want C and this machine cannot compile it. */
export const gopathDigest = async ({ withC = [] }: GopathBuild): Promise<string> =>
  JSON.stringify([script, compileStatic, ...(withC.length > 0 ? [compileWithC, await cCompiler()] : [])]);

/** Builds a module's commands into `out`, in a folder that has its go.mod and takes everything else too. */
export async function buildInGopath(
  module: Module & { readonly gopath: GopathBuild },
  folder: string,
  env: Readonly<Record<string, string>>,
  report: Report,
): Promise<void> {
  const { name, commands, flags = '', toolchain = '' } = module;
  const { generate, withC = [] } = module.gopath;
  await reported(report, `Laying out the sources of ${name}`, () => layOut(module.gopath, folder, env));
  for (const one of ['go', 'tmp', 'out']) await mkdir(join(folder, one), { recursive: true });
  // Asked by its own variable, Go fetches that toolchain too.
  const root = await run('go', ['env', 'GOROOT'], { cwd: folder, env: { ...env, GOTOOLCHAIN: toolchain } });
  const inside = (what: string, c: '0' | '1', args: readonly string[] = []): Promise<string> =>
    run('unshare', ['--mount', 'sh', '-c', script + what, 'sh', ...args], {
      env: {
        TOOLCHAIN: root.trim(),
        FOLDER: folder,
        LDFLAGS: `-s -w ${flags}`,
        GOOS: 'linux',
        GOARCH: env['GOARCH'] ?? '',
        CGO_ENABLED: c,
      },
    });
  if (generate !== undefined) await reported(report, `Generating sources of ${name}`, () => inside(generate, '0'));
  const pure = commands.filter((command) => !withC.includes(command));
  const building = (of: readonly string[]): string => `Building ${name}: ${of.map(binaryName).join(', ')}`;
  await reported(report, building(pure), () => inside(compileStatic, '0', pure));
  if (withC.length > 0) await reported(report, building(withC), () => inside(compileWithC, '1', withC));
}

/** Puts every package that the commands need into a GOPATH, each in the version of the go.mod. */
async function layOut(
  { staging, changes = {} }: GopathBuild,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const source = join(folder, 'source');
  const go = (...args: string[]): Promise<string> => run('go', args, { cwd: source, env });
  // Go reads what replaces a module before it fetches any.
  const staged = stagedIn(await readFile(join(source, 'go.mod'), 'utf8'));
  for (const [of, place] of staged) {
    await mkdir(join(source, place), { recursive: true });
    await writeFile(join(source, place, 'go.mod'), `module ${of}\n`);
  }
  if (staging !== undefined) {
    const { Dir: release } = JSON.parse(await go('mod', 'download', '-json', staging)) as { Dir: string };
    for (const [of, place] of staged)
      await cp(join(release, 'staging/src', of), join(source, place), { recursive: true });
  }
  // What only other systems import is not there, and not missed: -e.
  await go('mod', 'vendor', '-e', '-o', join(folder, 'gopath/src'));
  for (const [file, [old, now]] of Object.entries(changes)) {
    const at = join(folder, 'gopath/src', file);
    const text = await readFile(at, 'utf8');
    if (!text.includes(old)) throw new Error(`${file} has no ${old} to change`);
    await rm(at);
    await writeFile(at, text.replaceAll(old, now));
  }
}

/** Modules that a go.mod replaces by folders beside it, each with its folder. */
export const stagedIn = (text: string): readonly (readonly [module: string, folder: string])[] =>
  [...text.matchAll(/^\s*(?:replace )?(\S+) => \.\/(\S+)$/gm)].map(
    ([, module = '', folder = '']) => [module, folder] as const,
  );
