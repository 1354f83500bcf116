import { containerHosts } from '../../cluster/roles.js';
import { seedVersions } from '../../cluster/seed-versions.js';
import { docker, type Docker } from '../../facts/docker.js';
import { service } from '../../facts/service.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { writeFiles, type WantedFile } from '../wanted-file.js';
import { missingService } from '../wanted-service.js';
import { dockerFiles } from './docker-files.js';

const unit = 'docker.service';

export const configureDocker: Step = {
  name: 'configureDocker',
  does: 'Configure docker with the private registry, and run it',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['packages'],
  gives: 'container runtime',
  async check(context) {
    // Of one that was stopped the socket is left, at which nobody answers.
    const { active } = await context.host.read(service(unit));
    const found = active ? await context.host.read(docker) : undefined;
    if (!found) return [`${unit} is not running`];
    if (isNewer(found.version))
      context.warn(`docker is ${found.version}: Kubernetes 1.9 was tested with ${seedVersions.docker} at most`);
    return missingService(context.host, unit, await files(context, found));
  },
  async apply(context) {
    const { host } = context;
    await host.run(`systemctl enable -q ${unit} && systemctl start ${unit}`);
    const found = await host.read(docker);
    if (!found)
      throw new Refusal('docker does not answer at its socket', `see journalctl -u ${unit}, then answer retry`);
    await writeFiles(host, await files(context, found));
    // A restart would end every container of a node at work; which registries are insecure, docker reads again when told so.
    await host.run(
      `running=$(docker ps -q) && if [ -z "$running" ]; then systemctl restart ${unit}; else systemctl reload ${unit}; fi`,
    );
  },
};

/** Of versions such as 17.03.2-ce and 26.1.5+dfsg1, by year and month. */
function isNewer(version: string): boolean {
  const [year = 0, month = 0] = version.split('.').map((part) => parseInt(part, 10));
  const [lastYear = 0, lastMonth = 0] = seedVersions.docker.split('.').map(Number);
  return year > lastYear || (year === lastYear && month > lastMonth);
}

async function files({ cluster, secret }: CheckContext, found: Docker): Promise<WantedFile[]> {
  const { ca, credentials } = cluster.source.registry ?? {};
  return dockerFiles(cluster, found, {
    ...(ca === undefined ? {} : { ca: await secret(`file:${ca}`) }),
    ...(credentials === undefined ? {} : { login: `${credentials.username}:${await secret(credentials.password)}` }),
  });
}
