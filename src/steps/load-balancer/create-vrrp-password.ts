import { primaryFamily } from '../../cluster/families.js';
import { vipCarriers } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { answers } from '../fitness.js';
import type { Asked } from '../host.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';

const path = '/var/lib/kha/vrrp-password';

export const createVrrpPassword: Step = {
  name: 'createVrrpPassword',
  does: 'Give every keepalived host the password by which they know each other',
  // VRRP of IPv6 has none (RFC 5798).
  on: (cluster) => (primaryFamily(cluster) === 4 ? vipCarriers(cluster) : []),
  pace: { once: answers },
  retry: 'edit',
  check: async (context) => (await passwords(context)).lacking.map((name) => `${path} is not on ${name}`),
  async apply(context) {
    const { password, lacking } = await passwords(context);
    const known = password ?? (await makePassword(context.host.run.bind(context.host)));
    for (const name of lacking)
      await (await context.peer(name)).write(path, `${known}\n`, { mode: '0600', secret: true });
  },
};

/** VRRP carries eight characters of it at most (keepalived.conf(5), auth_pass). */
const makePassword = (run: (command: string, options: { secret: boolean }) => Promise<string>): Promise<string> =>
  run("tr -dc 'A-Za-z0-9' </dev/urandom | head -c 8", { secret: true });

/** The password of a host; undefined where it has none. */
export async function vrrpPassword(host: Asked): Promise<string | undefined> {
  const found = await host.read(file(path, { secret: true }));
  return found?.content.trim() || undefined;
}

/**
 * The password that hosts have, whichever they are, and who lacks it. Every host must answer: a silent one may be the one
 * that has it. Throws Refusal where two differ: hosts with different passwords do not hear each other, and each would carry
 * the virtual address.
 */
async function passwords({
  cluster,
  peer,
}: CheckContext): Promise<{ password: string | undefined; lacking: string[] }> {
  const found = await Promise.all(
    vipCarriers(cluster).map(async ({ name }) => ({ name, password: await vrrpPassword(await peer(name)) })),
  );
  const having = found.filter(({ password }) => password !== undefined);
  const password = having[0]?.password;
  const others = having.filter((one) => one.password !== password);
  if (others.length > 0)
    throw new Refusal(
      `${others.map(({ name }) => name).join(' and ')} ${others.length > 1 ? 'have' : 'has'} another VRRP password than ${having[0]!.name}, so both sides may carry the virtual address`,
      `see which host carries it now; remove ${path} on those that are to follow, then answer retry`,
    );
  return { password, lacking: found.filter((one) => one.password === undefined).map(({ name }) => name) };
}
