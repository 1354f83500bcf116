import { service } from '../facts/service.js';
import { sh } from '../facts/sh.js';
import type { Asked } from './host.js';
import { missingFiles, type FollowingFile } from './wanted-file.js';

/** What keeps a service from running with just these files; in words. */
export async function missingService(host: Asked, unit: string, files: readonly FollowingFile[]): Promise<string[]> {
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

/**
 * Shell that has systemd know an enabled unit as it lies on the disk. A `daemon-reload` runs every generator of the host and
 * reads all of its units, so it is left out where systemd read this one as it is by itself, as it does of what it had not
 * loaded.
 */
export const readAnew = (unit: string): string =>
  sh`{ [ "$(systemctl show -p LoadState -p UnitFileState -p NeedDaemonReload ${unit} | grep -cxE 'LoadState=loaded|UnitFileState=enabled|NeedDaemonReload=no')" -eq 3 ] || systemctl daemon-reload; }`;

/** Shell that has a unit enabled besides. Enabling one that is enabled already would end in the same. */
export const enabled = (unit: string): string =>
  sh`{ [ "$(systemctl is-enabled ${unit} 2>/dev/null)" = enabled ] || systemctl enable -q --no-reload ${unit}; } && ` +
  readAnew(unit);
