// npm test: sets up what is missing, then lint, types, unit, workflow and lab tests, and one line that counts them all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, root, run, setUp, timed } from './setup.mjs';

const count = { passed: 0, failed: 0, skipped: 0 };

/** A check that passes or fails as a whole. */
function check(what, command, args) {
  console.log(`· ${what}`);
  const begun = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  count[status === 0 ? 'passed' : 'failed'] += 1;
  console.log(`${status === 0 ? '✓' : '✗'} ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

/** A project of vitest; a run that breaks off counts as one failure, never as nothing. */
function tests(project) {
  const folder = mkdtempSync(join(tmpdir(), 'kha-test-'));
  const report = join(folder, 'report.json');
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile=${report}`],
    { cwd: root, stdio: 'inherit' },
  );
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  count.passed += result?.numPassedTests ?? 0;
  count.failed += result?.numFailedTests ?? 0;
  count.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  if (status !== 0 && !result?.numFailedTests) count.failed += 1;
}

/** A real registry, sshd, sudo and ssh-agent, rpm and dnf, login shells that are no POSIX shells, and a German locale, where they can be installed. */
function installForTests() {
  const programs = ['sudo', 'tcsh', 'fish', 'localedef', 'docker-registry', 'rpmbuild', 'dnf', 'createrepo_c'];
  const there = ['/usr/sbin/sshd', ...programs.map((name) => `/usr/bin/${name}`)];
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return;
  if (there.every((path) => existsSync(path)) && existsSync('/usr/share/i18n/locales/de_DE')) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  timed('Installing sshd, sudo, rpm and dnf, login shells, a locale and a registry for the tests', () => {
    run('apt-get', ['update', '-qq'], { env });
    const logins = ['openssh-server', 'openssh-client', 'sudo', 'tcsh', 'csh', 'fish'];
    const packages = [...logins, 'locales', 'docker-registry', 'rpm', 'dnf', 'createrepo-c'];
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    run('localedef', ['-i', 'de_DE', '-f', 'UTF-8', 'de_DE.UTF-8']);
  });
}

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

main(() => {
  setUp();
  installForTests();
  check('lint', 'npx', ['eslint', '.']);
  check('types', 'npx', ['tsc', '--noEmit']);
  for (const project of ['unit', 'workflows', 'simulation']) tests(project);
  if (isRoot) tests('lab');
  else {
    const folder = join(root, 'test/lab');
    const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const inLab = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/^\s*it\(/gm) ?? []).length;
    count.skipped += inLab;
    console.log(`SKIPPED: the ${inLab} lab tests need root on Linux`);
  }
  console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
  if (count.failed > 0) process.exitCode = 1;
});
