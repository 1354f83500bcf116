import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { HostFailure } from './failure.js';
import { keepSecret } from './redaction.js';

/** The home folder for a leading `~`. */
export const expandHome = (path: string): string => path.replace(/^~(?=\/|$)/, homedir());

/** The value behind `env:NAME` or `file:PATH`, without the newline at its end. Throws SecretMissing, which names the reference. */
export async function readSecret(reference: string): Promise<string> {
  const value = await valueOf(reference);
  const secret = value.replace(/\r?\n$/, '');
  keepSecret(secret);
  return secret;
}

async function valueOf(reference: string): Promise<string> {
  const missing = (reason: string): HostFailure =>
    new HostFailure('SecretMissing', {
      host: 'worker',
      reason: `${reference}: ${reason}`,
      next: `make ${reference} available where the worker runs (an environment variable is read when the worker starts), then answer retry`,
    });
  if (reference.startsWith('env:')) {
    const value = process.env[reference.slice('env:'.length)];
    if (value === undefined) throw missing('the variable is not set where the worker runs');
    return value;
  }
  try {
    return await readFile(expandHome(reference.replace(/^file:/, '')), 'utf8');
  } catch (error) {
    throw missing(error instanceof Error ? error.message : String(error));
  }
}
