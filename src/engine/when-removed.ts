import { endProcess } from './process.js';
import { ownProcesses } from './own-processes.js';
import { readSettings } from './settings.js';

/** How often the worker looks whether the state folder is still there; milliseconds. */
const interval = 1_000;

/** Ends all but this process of an engine whose folder was removed: its database is gone, and nobody could find it. */
export async function endEngine(id: string): Promise<void> {
  const others = (await ownProcesses()).filter((own) => own.id === id && own.pid !== process.pid);
  for (const { pid } of others) await endProcess(pid, 'SIGKILL');
}

/**
 * Calls back once the folder of the engine with `id` was removed, or is another engine's, and ends the rest of it: the
 * worker looks too, as the watcher may have been killed. Gives what stops looking.
 */
export function whenRemoved(id: string, removed: () => void): () => void {
  const look = async (): Promise<void> => {
    if ((await readSettings())?.id === id) return;
    clearInterval(timer);
    await endEngine(id);
    removed();
  };
  const timer = setInterval(() => void look(), interval);
  return () => clearInterval(timer);
}
