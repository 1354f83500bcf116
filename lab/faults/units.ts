import { setTimeout as sleep } from 'node:timers/promises';
import { hangUp, later, shell, type Fault, type Scene } from './fault.js';

const program = '/usr/local/sbin/systemd-run';

/** Starts the next unit as it should, and then kills the connection that asked for it. */
const swallowing = `#!/bin/sh
case "$*" in *--unit=kha-*) rm -f ${program};; *) exec /usr/bin/systemd-run "$@";; esac
/usr/bin/systemd-run "$@"
${hangUp}
`;

async function swallowed(scene: Scene): Promise<void> {
  await shell(
    scene,
    `printf %s '${Buffer.from(swallowing).toString('base64')}' | base64 -d >${program}; chmod +x ${program}`,
  );
  const deadline = Date.now() + 300_000;
  for (;;) {
    // The question's own connection may be the one that is killed.
    const gone = await shell(scene, `test -e ${program} || echo gone`).catch(() => '');
    if (gone.includes('gone')) return;
    if (Date.now() > deadline) throw new Error('no unit was started within five minutes');
    await sleep(1_000);
  }
}

/** What may happen around the start and the end of a transient unit. */
export const unitFaults: Readonly<Record<string, Fault>> = {
  'lost-answer': {
    does: 'kill the connection right after systemd-run started kubeadm, before it is told',
    at: 'createCertificates',
    inject: swallowed,
  },
  'fill-disk-in-unit': {
    does: 'fill the host’s disk for 30 s while kubeadm runs',
    at: 'initControlPlane',
    disk: 12,
    inject: async (scene) => {
      await shell(scene, `${later(30, 'rm -f /var/filled')}; cat /dev/zero >/var/filled 2>/dev/null; true`);
      await sleep(31_000);
    },
  },
};
