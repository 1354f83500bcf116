import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Archive } from '../src/bundle/archive.js';
import { cachedBundle } from '../src/bundle/build/build.js';
import { buildModules } from '../src/bundle/build/build-modules.js';
import { kubernetes19, modulesFor } from '../src/bundle/build/modules.js';
import { labArchitecture, versions } from '../src/bundle/build/versions.js';
import { pushArchive } from '../src/bundle/push.js';
import { parseAddress, RegistryClient, type RegistrySettings } from '../src/bundle/registry-client.js';
import { verifyArchive } from '../src/bundle/verify.js';
import { cacheFolder } from '../src/engine/folders.js';
import { reported, type Report } from '../src/engine/report.js';
import { certificateFile, passwordFile, type Lab } from './lab.js';
import { imagesAddress, registryPrefix, registryUser, startRegistry } from './registry.js';

/** Makes the bundle where it is not there yet, and leaves the lab's registry serving it, below its prefix. */
export async function serveBundle(lab: Lab, report: Report): Promise<void> {
  const path = await cachedBundle(report, lab.profile);
  const storage = cacheFolder('registry', basename(path, '.tar'));
  await startRegistry(lab, storage);
  const prefix = registryPrefix(lab);
  const complete = join(storage, prefix === '' ? 'complete' : `complete-${prefix}`);
  if (existsSync(complete)) return;
  await reported(report, 'Pushing the bundle', async () => {
    await using archive = await Archive.open(path);
    await verifyArchive(archive, { unsigned: true });
    const address = parseAddress(imagesAddress(lab));
    await pushArchive(archive, new RegistryClient({ address, ...(await access(lab)) }), () => undefined);
  });
  await writeFile(complete, '');
}

const access = async (lab: Lab): Promise<Omit<RegistrySettings, 'address'>> =>
  lab.careful
    ? {
        ca: await readFile(certificateFile(lab), 'utf8'),
        login: { username: registryUser, password: await readFile(passwordFile(lab, 'registry'), 'utf8') },
      }
    : { plainHttp: true };

/** The bundle's own kubectl, for this machine. */
export async function kubectlPath({ profile }: Lab, report: Report): Promise<string> {
  const modules = profile === undefined ? modulesFor(versions) : [kubernetes19];
  return (await buildModules(modules, labArchitecture, report)).get('kubectl')!;
}
