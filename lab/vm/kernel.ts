import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../src/engine/folders.js';
import { reported, type Report } from '../../src/engine/report.js';
import { run } from '../../src/engine/run-program.js';
import { missing, options } from './options.js';

/** The newest source that Debian has for its hosts' release: user-mode Linux has more than one processor since 6.19. */
const source = { suite: 'trixie-backports', name: 'linux-source-7.3', version: '7.3.4-1~bpo13+1' } as const;

/** What is changed in it: each line stands in its file once. */
const edits = [
  {
    // The kubelet wants a clock speed of a processor (cAdvisor), and this kernel names none: as its BogoMIPS has it, then.
    file: 'arch/um/kernel/um_arch.c',
    line: String.raw`	seq_printf(m, "mode\t\t: skas\n");`,
    becomes: String.raw`	seq_printf(m, "mode\t\t: skas\ncpu MHz\t\t: %lu.000\n", loops_per_jiffy/(500000/HZ));`,
  },
  {
    // Interrupts are handled with further ones let in (softirqs), and the list of what epoll told is one: what came in
    // between wrote over what was still to be handled, and a disk's interrupt, which epoll tells once, was lost for good.
    // Only the first processor is sent SIGIO.
    file: 'arch/um/kernel/irq.c',
    line: '\t_sigio_handler(regs, irqs_suspended);',
    becomes: `\t{
		static atomic_t asked;
		int handled;

		if (atomic_inc_return(&asked) == 1)
			do {
				handled = atomic_read(&asked);
				_sigio_handler(regs, irqs_suspended);
			} while (atomic_sub_return(handled, &asked) > 0);
	}`,
  },
  {
    // A processor with nothing to do went to sleep although it had been sent SIGIO since it let none in any more.
    file: 'arch/um/os-Linux/signal.c',
    line: '\treturn !!(signals_pending & SIGALRM_MASK);',
    becomes: '\treturn signals_pending != 0;',
  },
  {
    // Of a program's threads one runs at a time here (arch/um's turnstile), behind a mutex: a processor that wanted to run a
    // second one spun for as long as the first ran, in place of running another program.
    file: 'kernel/Kconfig.locks',
    line: 'config MUTEX_SPIN_ON_OWNER\n\tdef_bool y',
    becomes: 'config MUTEX_SPIN_ON_OWNER\n\tdef_bool n',
  },
] as const;

const digest = createHash('sha256')
  .update(JSON.stringify([source, options, edits]))
  .digest('hex')
  .slice(0, 12);

/** A kernel as a program, and the folder of its modules, as in /lib: all are built in, and the folder says which those are. */
export interface Kernel {
  readonly program: string;
  readonly modules: string;
}

/** User-mode Linux: the kernel as a program of this machine, which gives hosts their own one without any hardware. Made once. */
export async function kernel(report: Report): Promise<Kernel> {
  const target = cacheFolder('uml', digest);
  const made = { program: join(target, 'linux'), modules: join(target, 'modules') };
  if (existsSync(target)) return made;
  const making = `${target}.making`;
  // What a build that was cut short has made stays: make goes on from there.
  const tree = join(making, source.name);
  if (!existsSync(tree)) await reported(report, `Fetching Linux (${source.version})`, () => fetchSource(making));
  await reported(report, 'Building Linux as a program (user-mode Linux)', async () => {
    const output = join(making, 'output');
    const make = (...words: string[]): Promise<string> =>
      run('make', ['-s', '-C', tree, 'ARCH=um', `O=${output}`, ...words]);
    await mkdir(output, { recursive: true });
    await make('defconfig');
    await appendFile(join(output, '.config'), `${options.join('\n')}\n`);
    await make('olddefconfig');
    const lost = missing(await readFile(join(output, '.config'), 'utf8'));
    if (lost.length > 0) throw new Error(`the kernel’s configuration did not keep ${lost.join(', ')}`);
    await make(`-j${cpus().length}`, 'linux');
    const release = (await readFile(join(output, 'include/config/kernel.release'), 'utf8')).trim();
    const whole = join(making, 'whole');
    await mkdir(join(whole, 'modules', release), { recursive: true });
    for (const name of ['modules.builtin', 'modules.builtin.modinfo'])
      await copyFile(join(output, name), join(whole, 'modules', release, name));
    await copyFile(join(output, 'linux'), join(whole, 'linux'));
    await rename(whole, target);
  });
  await rm(making, { recursive: true });
  return made;
}

/** The package's source, by an apt of its own: this machine's sources may be of another release, and stay as they are. */
async function fetchSource(folder: string): Promise<void> {
  for (const part of ['lists/partial', 'archives/partial']) await mkdir(join(folder, part), { recursive: true });
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(
    join(folder, 'sources.list'),
    `deb [signed-by=${keyring}] http://deb.debian.org/debian ${source.suite} main\n`,
  );
  const settings = {
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache::Archives': join(folder, 'archives'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    // It would give up root for a user who may not write here.
    'APT::Sandbox::User': 'root',
  };
  const config = join(folder, 'apt.conf');
  await writeFile(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  const apt = (...words: string[]): Promise<string> =>
    run('apt-get', words, { cwd: folder, env: { APT_CONFIG: config } });
  await apt('-qq', 'update');
  await apt('-qq', 'download', `${source.name}=${source.version}`);
  await run('sh', ['-c', 'dpkg-deb -x linux-source-*.deb package'], { cwd: folder });
  const unpacking = join(folder, 'unpacking');
  await rm(unpacking, { recursive: true, force: true });
  await mkdir(unpacking);
  await run('tar', ['-xf', join(folder, 'package/usr/src', `${source.name}.tar.xz`), '-C', unpacking]);
  for (const edit of edits) await change(join(unpacking, source.name), edit);
  await rename(join(unpacking, source.name), join(folder, source.name));
}

async function change(tree: string, { file, line, becomes }: (typeof edits)[number]): Promise<void> {
  const [before, after, ...further] = (await readFile(join(tree, file), 'utf8')).split(`${line}\n`);
  if (before === undefined || after === undefined || further.length > 0)
    throw new Error(`${file} of ${source.name} does not have this line once: ${line.trim()}`);
  await writeFile(join(tree, file), `${before}${becomes}\n${after}`);
}
