import type { Output } from '../../facts/fact.js';
import { HostFailure, tailOf } from '../failure.js';
import type { Target } from './connect.js';
import { NotAnswered } from './not-answered.js';
import { kept, type Said } from './hearing.js';
import { open, type Order } from './wire.js';

/**
 * What sudo says (its sources, plugins/sudoers/auth and logging.c, in the C locale) when only a person can help: each try
 * may count against the account. Whatever else it says, a PAM module or a directory that is away, may pass.
 */
const refusals: readonly RegExp[] = [
  /^sudo: .*(?:password is required|terminal is required|no password was provided|incorrect password attempts?)/m,
  /^sudo: sorry, you must have a tty/m,
  /^Sorry, user .* is not allowed to execute/m,
  /^.* (?:is not in the sudoers file|may not run sudo)/m,
  /^sudo: account validation failure, is your account locked/m,
  /^sudo: .*(?:password is expired|account expired|password expired|expired password)/im,
  /^sudo: .*(?:must be owned by uid 0|effective uid is not 0|no new privileges)/m,
  /^sudo: (?:parse error|no valid sudoers|.*sudoers.* is (?:world|group) writable)/m,
  /^.*sudo['’]?: (?:command )?(?:not found|No such file or directory|Permission denied)/im,
];

/** A module, a directory, a process or a disk that is away: sudo asks for a password because of it, and none would help. */
const passing =
  /^sudo: (?:PAM .*error|unable to initialize PAM|unknown uid|you do not exist|unable to (?:fork|allocate|execute|open|stat|read|write|get))/m;

/** The command's answer. Throws SudoRefused, LoginRefused (no shell for this user), CommandFailed (an endless output) and NotAnswered. */
export function judge(
  target: Target,
  { mark, seconds }: Pick<Order, 'mark' | 'seconds'>,
  said: Said,
  milliseconds: number,
): Output {
  const out = open(said.stdout, mark);
  const err = open(said.stderr, mark);
  const host = target.name;
  if (said.size > kept)
    throw new HostFailure('CommandFailed', {
      host,
      reason: `a command printed ${Math.round(said.size / 1024 ** 2)} MB; ${kept / 1024 ** 2} MB are listened to`,
      next: 'find out on the host why it says so much, then answer retry',
    });
  if (!out.begun) throw notBegun(target, said.code, tidy(out.around), tidy(err.around));
  if (out.code !== undefined) {
    // A stream without its marks was closed by the command itself.
    return { code: out.code, stdout: out.text.toString('utf8'), stderr: err.text.toString('utf8') };
  }
  const late = [124, 137].includes(said.code) && milliseconds > seconds * 950;
  if (late) throw pastLimit(host, seconds);
  throw new NotAnswered('cut off', {
    host,
    reason: `a command was cut off before its end (exit code ${said.code}): something ended its shell`,
    tail: tailOf(err.text.toString('utf8')),
    next: 'see whether memory ran out on the host (journalctl -k); the step goes on by itself',
  });
}

export const pastLimit = (host: string, seconds: number): NotAnswered =>
  new NotAnswered('past limit', {
    host,
    reason: `a command did not end within ${seconds} s and was stopped`,
    next: 'see what hangs on the host: a disk, a network file system, D-Bus (ps -eo pid,stat,wchan,args)',
  });

function notBegun({ name: host, settings }: Target, code: number, out: string, err: string): HostFailure {
  const said = [out, err].filter(Boolean).join('\n');
  const refusal = passing.test(err) ? undefined : refusals.map((pattern) => pattern.exec(err)?.[0]).find(Boolean);
  if (refusal && settings.user !== 'root')
    return new HostFailure('SudoRefused', {
      host,
      reason: refusal.trim(),
      next: 'let the SSH user run everything by sudo (without a password, or name it as ssh.sudoPassword; without requiretty), or log in as root; then answer retry',
    });
  const shell = /account is currently not available|may not login|This service allows sftp connections only/i.exec(
    said,
  );
  if (shell)
    return new HostFailure('LoginRefused', {
      host,
      reason: `${settings.user} may log in and is given no shell: ${shell[0]}`,
      next: `give ${settings.user} a login shell (chsh -s /bin/sh ${settings.user}) and no ForceCommand, or name another user as ssh.user; then answer retry`,
    });
  return new NotAnswered('not begun', {
    host,
    reason: `the host let ${settings.user} in and carried nothing out (exit code ${code}): ${lastLine(err) || lastLine(out) || 'it said nothing'}`,
    tail: tailOf(said),
    next: `try it by hand: ssh ${settings.user}@${host} ${settings.user === 'root' ? '' : 'sudo '}sh -c true; the login shell must carry a command out and print nothing by itself`,
  });
}

const tidy = (text: string): string => text.replaceAll(/kha%[0-9a-f]+/g, '').trim();
const lastLine = (text: string): string => text.split('\n').at(-1)?.trim().slice(0, 300) ?? '';
