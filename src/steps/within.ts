import type { Host } from './host.js';

/** Waits for something on a host, so many seconds at most; whether it has come true is told by whoever looks next. */
export async function within(seconds: number, host: Host, come: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < seconds && !(await come()); tries += 1) await host.run('sleep 1');
}
