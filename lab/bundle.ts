import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Archive } from '../src/bundle/archive.js';
import { cachedBundle } from '../src/bundle/build/build.js';
import { buildModules } from '../src/bundle/build/build-modules.js';
import { versions } from '../src/bundle/build/versions.js';
import { pushArchive } from '../src/bundle/push.js';
import { parseAddress, RegistryClient } from '../src/bundle/registry-client.js';
import { verifyArchive } from '../src/bundle/verify.js';
import { cacheFolder } from '../src/engine/folders.js';
import { reported, type Report } from '../src/engine/report.js';
import { registryAddress, type Lab } from './lab.js';
import { startRegistry, stopRegistry } from './registry.js';

/** Makes the bundle where it is not there yet, and leaves the lab's registry serving it. */
export async function serveBundle(lab: Lab, report: Report): Promise<void> {
  const path = await cachedBundle(report);
  const storage = cacheFolder('registry', basename(path, '.tar'));
  const complete = join(storage, 'complete');
  if (!existsSync(complete)) {
    await startRegistry({ ...lab, careful: false }, storage);
    await reported(report, 'Pushing the bundle', async () => {
      await using archive = await Archive.open(path);
      await verifyArchive(archive, { unsigned: true });
      const registry = new RegistryClient({ address: parseAddress(registryAddress(lab)), plainHttp: true });
      await pushArchive(archive, registry, () => undefined);
    });
    await stopRegistry(lab);
    await writeFile(complete, '');
  }
  await startRegistry(lab, storage);
}

/** The bundle's own kubectl, for this machine. */
export async function kubectlPath(report: Report): Promise<string> {
  return (await buildModules(versions, report)).get('kubectl')!;
}
