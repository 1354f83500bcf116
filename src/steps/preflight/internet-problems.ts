import { askedAt, describedLock, lockOf } from '../../cluster/internet.js';
import { containerHosts } from '../../cluster/roles.js';
import { knownSystem } from '../../cluster/systems.js';
import { unreached } from '../../facts/internet.js';
import { lackingImages, registryStatus, type RegistryImage } from '../../facts/registry.js';
import { system } from '../../facts/system.js';
import { internetAccess } from '../internet/access.js';
import { forHost } from '../packages/bundle-files.js';
import { placementsOf } from '../packages/install-binaries.js';
import { lackingPackages } from '../packages/named-packages.js';
import { imagesOf } from '../runtime/images.js';
import type { CheckContext } from '../step.js';
import type { Problem } from './problem.js';

const next =
  'let the host reach these by HTTPS, name a proxy that does (proxies.https), or take a registry or a file as source';

/** What keeps a host from fetching what it needs: addresses that it does not reach, images and packages that are not there. */
export async function internetProblems(context: CheckContext): Promise<Problem[]> {
  const { cluster, host } = context;
  const found = await host.read(system);
  // What it is instead, checkHost says.
  if (!knownSystem(found.os)) return [];
  const { architectures } = describedSystems(Object.keys(lockOf(cluster).files));
  if (!architectures.includes(found.arch))
    return [
      {
        name: 'architecture',
        words: `the lock has programs for ${architectures.join(', ') || 'nothing'}, the host is ${found.arch}: source.internet.architectures`,
      },
    ];
  const problems = await repositoryProblems(context);
  if (!containerHosts(cluster).includes(host.machine)) return problems;
  const silent = [...(await siteProblems(context, found)), ...(await imageProblems(context))];
  // What would help is the same for all of them.
  const last = silent.findLastIndex(({ name }) => name === 'internet');
  return [
    ...silent.map((one, index) => (index === last ? { ...one, words: `${one.words}; ${next}` } : one)),
    ...problems,
  ];
}

const describedSystems = (names: readonly string[]): { architectures: string[] } => ({
  architectures: [...new Set(names.flatMap((name) => /^bin\/(\w+)\//.exec(name)?.[1] ?? []))],
});

async function siteProblems(
  { cluster, host, secret }: CheckContext,
  found: Parameters<typeof forHost>[1],
): Promise<Problem[]> {
  const { files } = describedLock(lockOf(cluster));
  const contents = forHost({ files }, found);
  const urls = placementsOf(cluster, host.machine, contents).flatMap(({ name }) => {
    const file = contents.files[name];
    return file ? [files[file.name]!.url] : [];
  });
  const { access, stdin } = await internetAccess(cluster, secret);
  const silent = await host.read(unreached(access, [...new Set(urls)], stdin));
  return silent.map(({ url, reason }) => ({ name: 'internet', words: `${url}: ${reason}` }));
}

async function imageProblems({ cluster, host, secret }: CheckContext): Promise<Problem[]> {
  const { images } = lockOf(cluster);
  const { access, stdin } = await internetAccess(cluster, secret);
  const byRegistry = new Map<string, RegistryImage[]>();
  for (const name of imagesOf(cluster, host.machine)) {
    const image = images[name];
    if (!image) continue;
    const { host: registry, repository } = askedAt(image.origin, cluster.source.internet?.mirrors ?? {});
    byRegistry.set(registry, [...(byRegistry.get(registry) ?? []), { repository, digest: image.digest }]);
  }
  const problems: Problem[] = [];
  for (const [registry, wanted] of byRegistry) {
    const place = { ...access, host: registry, bundle: wanted[0]!.repository, reference: '' };
    const { status, reason } = await host.read(registryStatus(place, stdin));
    if (status !== 200) {
      const words = status ? `answered ${status}${reason ? `: ${reason}` : ''}` : reason;
      problems.push({ name: 'internet', words: `https://${registry}/v2/: ${words}` });
      continue;
    }
    const lacking = await host.read(lackingImages(place, wanted, stdin));
    problems.push(...lacking.map((one): Problem => ({ name: 'images', words: `${registry} has no ${one}` })));
  }
  return problems;
}

async function repositoryProblems({ cluster, host }: CheckContext): Promise<Problem[]> {
  const { manager, lacking } = await lackingPackages(cluster, host);
  if (lacking.length === 0) return [];
  const found = await host.read(manager.unoffered(lacking));
  if (!found)
    return [
      {
        name: 'packages',
        words: `the host’s own repositories did not answer in time, so nobody knows whether they have ${lacking.join(', ')}`,
        warning: true,
      },
    ];
  if (found.names.length === 0) return [];
  const why = found.said ? ` (${found.said})` : '';
  return [
    {
      name: 'packages',
      words: `the host’s own repositories do not have ${found.names.join(', ')}${why}; mend them, or install these by hand`,
    },
  ];
}
