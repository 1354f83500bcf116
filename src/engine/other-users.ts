import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/**
 * The ids of other users who are logged in here, as systemd-logind tells by their runtime folders; root is not counted, as it
 * reads everything anyway. Empty on a machine without logind.
 */
export async function otherUsers(folder = '/run/user', own = process.getuid?.()): Promise<number[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).map(Number).filter((uid) => Number.isInteger(uid) && uid !== 0 && uid !== own);
}
