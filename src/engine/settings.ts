import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { stateFolder } from './folders.js';
import { freePort } from './ports.js';
import { contentOf } from './process.js';

/** What an engine keeps between its starts. */
export interface Settings {
  /** Tells its processes from those of an engine whose folder was removed. */
  readonly id: string;
  /** Ports of 127.0.0.1: chosen once and kept, so that addresses in terminals and browsers stay true. */
  readonly port: number;
  readonly uiPort: number;
}

export const engineFile = (name: string): string => stateFolder('engine', name);
export const settingsFile = (): string => engineFile('engine.json');

/** The engine's settings; undefined where it was never started, or where the file is empty or damaged. */
export async function readSettings(): Promise<Settings | undefined> {
  const content = await contentOf(settingsFile());
  if (!content) return undefined;
  let read: Partial<Record<keyof Settings, unknown>> | null;
  try {
    read = JSON.parse(content) as typeof read;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { id, port, uiPort } = read ?? {};
  return typeof id === 'string' && id !== '' && isPort(port) && isPort(uiPort) ? { id, port, uiPort } : undefined;
}

const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;

/** Writes new settings beside the old ones and puts them in their place at once. */
export async function writeSettings(settings: Settings): Promise<Settings> {
  await mkdir(stateFolder('engine'), { recursive: true, mode: 0o700 });
  const writing = `${settingsFile()}.${process.pid}`;
  await writeFile(writing, JSON.stringify(settings), { mode: 0o600 });
  await rename(writing, settingsFile());
  return settings;
}

/** Settings for a first start, or in place of a damaged file, which is kept aside. */
export async function newSettings(): Promise<Settings> {
  if (existsSync(settingsFile())) await rename(settingsFile(), `${settingsFile()}.damaged`);
  return writeSettings({ id: randomUUID(), ...(await freePorts()) });
}

/** Temporal's own ports where they are free, else any. */
export const freePorts = async (wanted = { port: 7233, uiPort: 8233 }): Promise<Omit<Settings, 'id'>> => ({
  port: await freePort(wanted.port),
  uiPort: await freePort(wanted.uiPort),
});
