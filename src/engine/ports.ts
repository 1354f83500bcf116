import { readlink, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { contentOf } from './process.js';

/** State of a listening socket in /proc/net/tcp (proc(5)). */
const listening = '0A';

/** The wanted port of 127.0.0.1 where nobody listens on it, else any free one. */
export async function freePort(wanted: number): Promise<number> {
  return (await bind(wanted)) ?? (await bind(0)) ?? Promise.reject(new Error('no port of 127.0.0.1 is free'));
}

/** Whether nobody listens on a port of 127.0.0.1. */
export const isFree = async (port: number): Promise<boolean> => (await bind(port)) !== undefined;

/** Binds a port for a moment; undefined when another program has it. Throws on any other error. */
function bind(wanted: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Whether this very process listens on a port of 127.0.0.1, so that no other program's server is taken for it. */
export async function listensOn(pid: number, port: number): Promise<boolean> {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = ((await contentOf(`/proc/${pid}/net/tcp`)) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === local && fields[3] === listening)
    .map((fields) => `socket:[${fields[9]}]`);
  if (sockets.length === 0) return false;
  const links = await Promise.all((await descriptors(pid)).map((name) => linkOf(`/proc/${pid}/fd/${name}`)));
  return links.some((link) => link !== undefined && sockets.includes(link));
}

const descriptors = (pid: number): Promise<string[]> => readdir(`/proc/${pid}/fd`).catch(gone<string[]>([]));
const linkOf = (path: string): Promise<string | undefined> => readlink(path).catch(gone<undefined>(undefined));

/** A descriptor that was closed, or a process that ended, while it was looked at. */
const gone =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return instead;
    throw error;
  };
