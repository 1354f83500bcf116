import { service } from '../facts/service.js';
import type { Asked } from './host.js';
import { missingFiles, type WantedFile } from './wanted-file.js';

/** What keeps a service from running with just these files; in words. */
export async function missingService(host: Asked, unit: string, files: readonly WantedFile[]): Promise<string[]> {
  const [missing, state] = await Promise.all([
    missingFiles(host, files),
    host.read(
      service(
        unit,
        files.map(({ path }) => path),
      ),
    ),
  ]);
  if (!state.enabled) missing.push(`${unit} is not enabled`);
  if (!state.active) missing.push(`${unit} is not running`);
  else if (state.stale) missing.push(`${unit} runs with an older configuration`);
  return missing;
}
