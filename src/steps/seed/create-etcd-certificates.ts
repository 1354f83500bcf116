import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { useOf } from '../certificates/asked-certificates.js';
import { creatingCertificates } from '../certificates/create-certificates.js';
import { pki } from '../certificates/paths.js';
import type { Step } from '../step.js';
import { byOpenssl } from './making.js';
import { kubeconfigPath, renewing } from './renewal.js';

const made = creatingCertificates(
  'createEtcdCertificates',
  (all, cluster, machine) => (folder) =>
    all.flatMap((one) => byOpenssl({ ...one, ...useOf(cluster, machine, one.phase) })(folder)),
);

/** None where etcd speaks plain HTTP, as in the seed. */
export const createEtcdCertificates: Step = {
  ...made,
  async apply(context) {
    const { host } = context;
    const missing = await made.check(context);
    const standing = (await host.read(existing([kubeconfigPath('admin')]))).length > 0;
    // etcd and the API server have read the old ones when they were started; only this one is asked with by hand.
    const readAtStart = missing.some((words) => !words.startsWith(`${pki}/etcd/healthcheck-client.crt `));
    if (standing && readAtStart) await host.run(sh`mkdir -p -m 0700 ${renewing}`);
    await made.apply!(context);
  },
};
