import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/engine/run-program.js';
import { hostFolder } from '../lab.js';
import { shell, type Case, type Scene } from './fault.js';

/** Breaks for 20 s. */
const forAWhile = (breaks: string, mends: string) => async (scene: Scene) => {
  await shell(scene, breaks);
  await sleep(20_000);
  await shell(scene, mends);
};

/** Everything that may speak up before and beside a command does. */
const noise = [
  'echo "Authorised users only" >/etc/motd',
  'echo "Banner /etc/motd" >/etc/ssh/sshd_config.d/noise.conf',
  'usermod -s /bin/bash admin',
  "for file in .bashrc .profile .bash_profile; do printf 'echo Welcome; echo kha%%; echo Careful >&2\\n' >~admin/$file; done",
  "echo 'Defaults lecture=always' >/etc/sudoers.d/lecture",
  'systemctl reload ssh',
].join(' && ');

/** How people log in, and what stands between them and root. */
export const logins: Readonly<Record<string, Case>> = {
  'no-sudo': {
    does: 'take sudo away from the operator’s user for 20 s',
    at: 'setKernelParameters',
    user: 'admin',
    inject: forAWhile('chmod a-x /usr/bin/sudo', 'chmod a+x /usr/bin/sudo'),
  },
  'german-sudo': {
    does: 'let sudo speak German, and ask for a password for 20 s',
    at: 'setKernelParameters',
    user: 'admin',
    prepare: async (scene) => {
      const locale = hostFolder(scene.lab, scene.host, 'root/usr/lib/locale/de_DE.utf8');
      await mkdir(dirname(locale), { recursive: true });
      await run('localedef', ['--no-archive', '-i', 'de_DE', '-f', 'UTF-8', locale]);
      const speaks = "su -l admin -c 'sudo -n nothing' 2>&1 | grep -q Befehl";
      await shell(scene, `echo LANG=de_DE.UTF-8 >/etc/default/locale; ${speaks}`);
    },
    inject: forAWhile('mv /etc/sudoers.d/admin /root/admin', 'mv /root/admin /etc/sudoers.d/admin'),
  },
  'broken-pam': {
    does: 'let PAM deny sudo every account for 20 s',
    at: 'installPackages',
    user: 'admin',
    inject: forAWhile(
      "cp /etc/pam.d/sudo /root/kept-sudo; sed -i '1a account requisite pam_deny.so' /etc/pam.d/sudo",
      'cp /root/kept-sudo /etc/pam.d/sudo',
    ),
  },
  'noisy-shell': {
    does: 'hosts with a banner, a lecture and a login shell that prints',
    at: 'every step',
    user: 'admin',
    prepare: (scene) => shell(scene, noise),
  },
  'csh-login': {
    does: 'hosts whose login shell is csh',
    at: 'every step',
    user: 'admin',
    prepare: async (scene) => {
      await copyFile('/usr/bin/tcsh', hostFolder(scene.lab, scene.host, 'root/usr/bin/tcsh'));
      await shell(
        scene,
        'ln -s tcsh /usr/bin/csh && usermod -s /bin/csh admin && su -l admin -c \'test "$shell" = /bin/csh\'',
      );
    },
  },
  'max-sessions': {
    does: 'hosts whose sshd takes two sessions a connection',
    at: 'every step',
    prepare: (scene) =>
      shell(scene, "echo 'MaxSessions 2' >/etc/ssh/sshd_config.d/sessions.conf && systemctl reload ssh"),
  },
};
