import { searchAttributes } from '../workflows/messages.js';
import { namespaceRefresh } from './retention.js';
import type { Settings } from './settings.js';

/**
 * SQLite appends to a log beside the database instead of keeping the old pages in a journal of each transaction: it takes a good
 * third off the server's processor time (docs/performance.md). `synchronous=2` syncs the log with every commit,
 * so what the server acknowledged outlives a power cut (sqlite.org/pragma.html).
 */
const pragmas = ['journal_mode=wal', 'synchronous=2'];

/** What Temporal's CLI is called with for the engine's server, on a database file. */
export const devServer = (database: string, { port, uiPort }: Omit<Settings, 'id'>): string[] => [
  ...['server', 'start-dev', '--db-filename', database, '--log-level', 'error'],
  ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
  ...['--ip', '127.0.0.1', '--port', `${port}`, '--ui-ip', '127.0.0.1', '--ui-port', `${uiPort}`],
  ...['--dynamic-config-value', `system.namespaceCacheRefreshInterval="${namespaceRefresh}ms"`],
  ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
];
