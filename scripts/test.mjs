// npm test: sets up what is missing, then lint, types, unit, workflow and lab tests, and one line that counts them all.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, root, run, setUp, timed } from './setup.mjs';

const count = { passed: 0, skipped: 0 };
/** What failed and why: said again at the end, since a CI keeps the last part of what a run prints. */
const failures = [];

/** Runs a program and gives its exit code; what it says is shown at once or, beside another one's, when it has ended. */
function ended(command, args, { beside = false } = {}) {
  const child = spawn(command, args, { cwd: root, stdio: beside ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => said.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(said));
      resolve(status);
    });
  });
}

/** A check that passes or fails as a whole. */
async function check(what, command, args, how) {
  console.log(`· ${what}`);
  const begun = Date.now();
  const status = await ended(command, args, how);
  if (status === 0) count.passed += 1;
  else failures.push(`${what}: ${[command, ...args].join(' ')} ended with ${status}`);
  console.log(`${status === 0 ? '✓' : '✗'} ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

/** A project of vitest; a run that breaks off counts as one failure, never as nothing. */
async function tests(project, how) {
  const folder = mkdtempSync(join(tmpdir(), 'kha-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const status = await ended('npx', ['vitest', 'run', '--project', project, ...reporters], how);
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  count.passed += result?.numPassedTests ?? 0;
  count.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  const before = failures.length;
  for (const file of result?.testResults ?? []) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) failures.push([`${file.name}: ${test.fullName}`, ...test.failureMessages].join('\n'));
    // The report does not say what a hook threw.
    if (file.status === 'failed' && failed.length === 0) failures.push(`${file.name}: ${file.message || 'a hook failed'}`);
  }
  if (status !== 0 && failures.length === before) failures.push(`the ${project} tests ended with ${status}`);
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

main(async () => {
  setUp();
  installForTests();
  const beside = { beside: true };
  await Promise.all([check('lint', 'npx', ['eslint', '.']), check('types', 'npx', ['tsc', '--noEmit'], beside)]);
  // Each of the two keeps one processor busy; the others have work for all.
  await Promise.all([tests('workflows'), tests('unit', beside)]);
  await tests('simulation');
  if (isRoot) await tests('bench');
  else {
    count.skipped += 1;
    console.log('SKIPPED: the benches need root on Linux');
  }
  if (isRoot) await tests('lab');
  else {
    const folder = join(root, 'test/lab');
    const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const inLab = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/^\s*it\(/gm) ?? []).length;
    count.skipped += inLab;
    console.log(`SKIPPED: the ${inLab} lab tests need root on Linux`);
  }
  for (const failure of failures) console.log(`✗ ${failure}\n`);
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  console.log(`${count.passed} passed, ${failures.length} failed${skipped}`);
  if (failures.length > 0) process.exitCode = 1;
});
