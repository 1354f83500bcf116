import { sh } from '../../facts/sh.js';
import type { Host } from '../host.js';
import type { Making } from './making.js';
import { pki, staged } from './paths.js';

/** One at a time, and the files in their place without ever replacing one; what was cut short is gone on with. */
const lock = 'mkdir -p /run/lock; exec 9>/run/lock/kha-authorities; flock -w 60 9';

/** An authority that the site made: kubeadm's name of it, and PEM. */
export interface LaidAuthority {
  readonly name: string;
  readonly cert: string;
  /** Undefined where it stays away. */
  readonly key?: string;
}

/**
 * Makes authorities on a host that has none of them, or lays what the site made: all in a folder beside first, so that a host
 * that is cut off has either made none or has them all.
 */
export async function makeAuthorities(host: Host, by: Making, given: readonly LaidAuthority[] = []): Promise<void> {
  const making = `${staged}.making`;
  const laid = `${staged}.given`;
  const keyless = `${laid}/keyless`;
  if (given.length > 0) await host.run(sh`rm -rf ${laid}`);
  // Beside, for kubeadm to find them in its folder: it then makes none of that name.
  for (const { name, cert, key } of given) {
    const folder = key === undefined ? keyless : laid;
    if (key !== undefined) await host.write(`${folder}/${name}.key`, key, { mode: '0600', secret: true });
    await host.write(`${folder}/${name}.crt`, cert);
  }
  const added = given.some(({ key }) => key === undefined);
  const beside = given.some(({ key }) => key !== undefined);
  const make = [
    sh`rm -rf ${making}; mkdir -p -m 0700 ${making}`,
    ...(beside ? [sh`cp -R -p ${`${laid}/.`} ${making}`] : []),
    ...(beside && added ? [sh`rm -rf ${`${making}/keyless`}`] : []),
    ...by(making),
    // After kubeadm, which would look for all that such an authority has to have signed (UsingExternalCA).
    ...(added ? [sh`cp -R -p ${`${keyless}/.`} ${making}`] : []),
    sh`rm -f ${`${making}/kubeadm.yaml`}; sync; mv -T ${making} ${staged}; sync`,
  ];
  await host.run(
    [
      'set -eu; umask 077',
      lock,
      `${sh`if [ ! -d ${staged} ]; then`} ${make.join('; ')}; fi`,
      sh`mkdir -p -m 0755 ${pki} ${`${pki}/etcd`}; cd ${staged}`,
      'for file in $(find . -type f); do ' +
        sh`if [ -s ${pki}/"$file" ]; then echo "error: $file is there already and is not replaced" >&2; exit 1; fi; ` +
        sh`mv -fT "$file" ${pki}/"$file"; done`,
      sh`sync; cd /; rm -rf ${staged}`,
      ...(given.length > 0 ? [sh`rm -rf ${laid}`] : []),
    ].join('; '),
  );
}
