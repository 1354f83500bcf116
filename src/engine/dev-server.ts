import { searchAttributes } from '../workflows/messages.js';
import { namespaceRefresh } from './retention.js';
import type { Settings } from './settings.js';

/** What Temporal's CLI is called with for the engine's server, on a database file. */
export const devServer = (database: string, { port, uiPort }: Omit<Settings, 'id'>): string[] => [
  ...['server', 'start-dev', '--db-filename', database, '--log-level', 'error'],
  ...['--ip', '127.0.0.1', '--port', `${port}`, '--ui-ip', '127.0.0.1', '--ui-port', `${uiPort}`],
  ...['--dynamic-config-value', `system.namespaceCacheRefreshInterval="${namespaceRefresh}ms"`],
  ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
];
