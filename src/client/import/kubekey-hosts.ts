import { expandRange } from './ansible/inventory.js';
import { addressesOf, setting } from './common-fields.js';
import type { DraftHost, Login, Role } from './draft.js';
import type { Field } from './field.js';
import type { Ledger } from './ledger.js';
import { words } from './settings.js';

const groupRoles: Readonly<Record<string, Role>> = {
  master: 'control-plane',
  'control-plane': 'control-plane',
  etcd: 'etcd',
  worker: 'worker',
};

/** The hosts of the role groups, in the order of the file. */
export function kubekeyHosts(spec: Field, ledger: Ledger): DraftHost[] {
  const listed = spec.at('hosts').items();
  const names = listed.map((host) => host.at('name').words() ?? '');
  const roles = new Map<string, Role[]>(names.map((name) => [name, []]));
  for (const [group, members] of spec.at('roleGroups').entries()) {
    const role = groupRoles[group];
    if (!role) {
      for (const member of members.items())
        ledger.told('hosts', `${member.text()} stood in the group ${group}, which kha has no role for`, member.place);
      continue;
    }
    for (const member of members.items()) {
      const named = expandRange(member.text() ?? '') ?? [member.text() ?? ''];
      const unknown = named.filter((name) => !roles.has(name));
      if (unknown.length > 0)
        ledger.refuse(
          member.place,
          `the group ${group} names ${unknown[0] || 'nothing'}${unknown.length > 1 ? ` and ${unknown.length - 1} more` : ''}, which ${unknown.length > 1 ? 'are' : 'is'} no host of spec.hosts`,
          member.text() ?? '',
          names.join(', '),
        );
      for (const name of named)
        if (roles.get(name)?.includes(role))
          ledger.refuse(member.place, `${name} stands twice as ${role}`, name, 'every member of a group once');
        else roles.get(name)?.push(role);
    }
  }
  const having = (role: Role): string[] => names.filter((name) => roles.get(name)?.includes(role));
  if (having('control-plane').length === 0)
    ledger.refuse(
      spec.at('roleGroups').place,
      'no host stands in roleGroups.control-plane',
      'none',
      'one control plane at least, three for high availability',
    );
  const stacked = having('etcd').join() === having('control-plane').join();
  return listed.flatMap((host, index) => {
    const name = names[index]!;
    const own = roles.get(name) ?? [];
    if (own.length === 0) ledger.left(`host ${name}: it stands in no role group`, host.take().place);
    return own.length === 0
      ? []
      : [
          hostOf(
            host,
            name,
            own.filter((role) => role !== 'etcd' || !stacked),
            ledger,
          ),
        ];
  });
}

function hostOf(host: Field, name: string, roles: readonly Role[], ledger: Ledger): DraftHost {
  const section = `hosts.${name}`;
  const [node] = host.at('internalAddress').words()?.split(',') ?? [];
  const { address, elsewhere } = addressesOf(
    name,
    { tool: 'kubekey', login: host.at('address').words(), node, place: host.place },
    ledger,
  );
  if (host.at('password').there) {
    const user = host.at('user').words() ?? 'root';
    ledger.fill(
      'ssh',
      `password: kha logs in with keys or an agent, not with passwords${user === 'root' ? '' : '; sudo’s goes into a file, as ssh.sudoPassword: file:PATH'}`,
      host.at('password').take().place,
    );
  }
  if (host.at('privateKey').there)
    ledger.fill(
      section,
      'privateKey: put the key into a file of its own, and name it as ssh.key',
      host.at('privateKey').take().place,
    );
  const login: Login = {
    address: elsewhere,
    user: host.at('user').words(),
    port: host.at('port').whole(),
    key: host.at('privateKeyPath').words(),
  };
  const labels = host.at('labels').entries();
  return {
    name,
    address,
    roles,
    login,
    place: host.place,
    node: {
      labels: words(
        'labels',
        name,
        labels.map(([key, field]) => setting(field, key)),
        ledger,
      ),
    },
  };
}
