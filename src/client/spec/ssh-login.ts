import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { loginAddress, type Cluster, type Machine } from '../../cluster/cluster.js';
import type { RuleProblem } from '../../cluster/rules.js';
import { UsageError } from '../explain.js';
import { readSshConfig, type Options } from './ssh-config-file.js';

type Ssh = NonNullable<Machine['ssh']>;
type Jump = Extract<NonNullable<Ssh['jump']>, readonly unknown[]>[number];
type Config = (name: string) => Options;

/** What a spec says of logins, before defaults. */
interface Written {
  readonly ssh?: Ssh;
  readonly hosts?: readonly { readonly ssh?: Ssh }[];
}

/**
 * Fills in what the spec leaves out of each host's login with what the operator's ~/.ssh/config says of it: User, Port,
 * IdentityFile and ProxyJump, looked up by the address of the login and then by name. It stands in the spec from here on, as the worker may
 * run where that file is not. Warns of what cannot be passed on.
 */
export async function withSshConfig(
  cluster: Cluster,
  written: unknown,
): Promise<{ cluster: Cluster; warnings: RuleProblem[] }> {
  const config = await readSshConfig();
  if (!config) return { cluster, warnings: [] };
  const { ssh: shared, hosts: own } = written as Written;
  const warnings: RuleProblem[] = [];
  const hosts = cluster.hosts.map((host, index) => {
    const warn = (message: string, found: string, expected: string): void =>
      void warnings.push({ path: ['hosts', index], message, found, expected, severity: 'warning' });
    const said: Ssh = { ...shared, ...own?.[index]?.ssh };
    const filled = loginOf(host, config, 'jump' in said, warn);
    const missing = Object.entries(filled).filter(([field]) => !(field in said));
    // A key of the file's would be tried in place of the agent that the spec asks for.
    const taken = missing.filter(([field]) => field !== 'key' || said.agent !== true);
    return taken.length === 0 ? host : { ...host, ssh: { ...host.ssh, ...Object.fromEntries(taken) } };
  });
  return { cluster: { ...cluster, hosts }, warnings };
}

type Warn = (message: string, found: string, expected: string) => void;

function loginOf(machine: Machine, config: Config, hasWay: boolean, warn: Warn): Ssh {
  const { name } = machine;
  const address = loginAddress(machine);
  const byAddress = config(address);
  const byName = config(name);
  const elsewhere = text(byName, 'hostname');
  const other = elsewhere !== undefined && elsewhere !== address;
  if (other)
    warn(
      `~/.ssh/config has another host ${name}, and its settings are not used`,
      elsewhere,
      `HostName ${address}, or hosts[].ssh in the spec`,
    );
  const options: Options = other ? byAddress : { ...byName, ...byAddress };
  if (!hasWay && text(options, 'proxycommand') && !text(options, 'proxyjump'))
    warn(
      `~/.ssh/config reaches ${name} by a ProxyCommand, which kha does not run`,
      'ProxyCommand',
      'ProxyJump there, or ssh.jump in the spec',
    );
  const jump = hasWay ? [] : jumpsTo(options, config, []);
  return { ...login(options, address), ...(jump.length > 0 ? { jump } : {}) };
}

function login(options: Options, host: string): Pick<Ssh, 'user' | 'port' | 'key'> {
  const [user, port] = [text(options, 'user'), Number(text(options, 'port'))];
  const key = [options['identityfile'] ?? []]
    .flat()
    .map((path) => expanded(path, host, user))
    .find((path) => existsSync(path));
  return { ...(user ? { user } : {}), ...(port > 0 ? { port } : {}), ...(key ? { key } : {}) };
}

/** `[user@]host[:port]`, several with commas between; each a name that the file may say more of. */
function jumpsTo(options: Options, config: Config, above: readonly string[]): Jump[] {
  const chain = text(options, 'proxyjump') ?? 'none';
  if (chain.toLowerCase() === 'none') return [];
  return chain.split(',').flatMap((hop, index) => {
    const [, user, host = '', port] = /^(?:ssh:\/\/)?(?:([^@]*)@)?(.+?)(?::(\d+))?\/?$/.exec(hop.trim()) ?? [];
    if (above.includes(host)) throw new UsageError(`~/.ssh/config: the jump host ${host} is reached through itself`);
    const said = config(host);
    const own = login(said, host);
    // As ssh itself: who is not named logs in under the operator's own name.
    const as = { user: user ?? own.user ?? userInfo().username, port: port ? Number(port) : (own.port ?? 22) };
    const before = index === 0 ? jumpsTo(said, config, [...above, host]) : [];
    return [...before, { address: text(said, 'hostname') ?? host, ...(own.key ? { key: own.key } : {}), ...as }];
  });
}

function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The tokens that IdentityFile takes and that are known before a login (ssh_config(5), TOKENS). */
function expanded(path: string, host: string, user: string | undefined): string {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: homedir(),
    h: host,
    u: userInfo().username,
    r: user ?? 'root',
  };
  return path.replace(/^~(?=\/)/, homedir()).replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
}
