import { readFile, writeFile } from 'node:fs/promises';
import { hostActions } from '../index.js';
import { hostsOf, labFile } from '../lab.js';
import { etcdctl, shell, type Afterwards, type Scene } from './fault.js';

/** The spec's text changed, in a file of its own. */
async function edited({ lab, spec }: Scene, name: string, edit: (text: string) => string): Promise<string> {
  const text = await readFile(spec, 'utf8');
  const changed = edit(text);
  if (changed === text) throw new Error(`${name} is no change of ${spec}`);
  const file = labFile(lab, `${name}.yaml`);
  await writeFile(file, changed, { mode: 0o600 });
  return file;
}

/** Runs kha and throws unless it ended so and said all of that; gives what it said. */
async function expects({ kha }: Scene, code: number, words: readonly (string | RegExp)[], ...args: string[]) {
  const ended = await kha(...args);
  const unsaid = words.filter((one) => !new RegExp(one).test(ended.output));
  if (ended.code !== code || unsaid.length > 0)
    throw new Error(
      `kha ${args.join(' ')} ended with ${ended.code} instead of ${code}${unsaid.map((one) => `, and did not say ${one}`).join('')}:\n${ended.output.slice(-2000)}`,
    );
  return ended.output;
}

const removing = (host: string) => (text: string) => text.replace(new RegExp(`^ *- { name: ${host},.*\\n`, 'm'), '');

/** Edits that no install carries out, and what is said of each. */
const edits: Readonly<Record<string, readonly [edit: (text: string) => string, words: readonly RegExp[]]>> = {
  'without-w1': [removing('w1'), [/w1 .*is part of the cluster/, /kha node remove w1 \(not built yet\)/]],
  'without-m1': [removing('m1'), [/m1 .*is part of the cluster/, /kha node remove m1 \(not built yet\)/]],
  'other-version': [
    (text) => text.replace(/^kubernetesVersion: v1\.37\.\d+$/m, 'kubernetesVersion: v1.37.1'),
    [/kubernetes/],
  ],
  'other-pods': [(text) => `${text}networking: { podSubnet: 10.77.0.0/16 }\n`, [/10\.77\.0\.0\/16/]],
  'other-vip': [(text) => text.replace(/vip: [\d.]+\.100/, (vip) => vip.replace('.100', '.101')), [/\.101/]],
};

/** Steps that a new order of the hosts gives something to do: priorities, lists of addresses, and the record. */
const ofOrder = [
  'writeHostNames',
  'configureHaproxy',
  'configureKeepalived',
  'configureContainerd',
  'writeRecord',
  'publishRecord',
];

/** Since when each node is Ready, or not. */
async function readySince({ lab }: Scene): Promise<Readonly<Record<string, string>>> {
  const each = '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].lastTransitionTime} {end}';
  const said = await shell(
    { lab, host: 'm2' },
    `kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o 'jsonpath=${each}'`,
  );
  return Object.fromEntries(
    said
      .trim()
      .split(' ')
      .map((pair) => pair.split('=') as [string, string]),
  );
}

/** Waits until the host’s member and API server are away, and cuts its power for a moment then. */
async function cutWhileRestarted(scene: Scene): Promise<void> {
  const { lab, host } = scene;
  const away = '[ ! -e /etc/kubernetes/manifests/kube-apiserver.yaml ] && [ ! -e /etc/kubernetes/manifests/etcd.yaml ]';
  await shell(scene, `for try in $(seq 3000); do if ${away}; then exit 0; fi; sleep 0.1; done; exit 1`);
  await hostActions.kill(lab.name, host);
  await hostActions.start(lab.name, host);
}

export const afterwards: Readonly<Record<string, Afterwards>> = {
  'sorted-hosts': {
    does: 'turn the list of hosts round, plan and install',
    at: 'a standing cluster',
    on: 'm1',
    async act(scene) {
      const file = await edited(scene, 'sorted', (text) => {
        const host = /^ *- \{ name: .*\n/gm;
        const turned = (text.match(host) ?? []).reverse();
        return text.replace(host, () => turned.shift() ?? '');
      });
      const { changes } = JSON.parse((await scene.kha('plan', file, '--output', 'json')).output) as {
        changes: { step: string; host: string }[];
      };
      const others = changes.filter(({ step }) => !ofOrder.includes(step));
      if (others.length > 0)
        throw new Error(
          `another order would change ${others.map(({ step, host }) => `${step} on ${host}`).join(', ')}`,
        );
      await expects(scene, 0, [], 'install', file);
    },
  },
  'edited-hosts': {
    does: 'leave out a host, or change version, pod network or virtual address, plan and install each',
    at: 'a standing cluster',
    on: 'm1',
    async act(scene) {
      for (const [name, [edit, words]] of Object.entries(edits)) {
        const file = await edited(scene, name, edit);
        const place = new RegExp(`${name}\\.yaml:\\d+:\\d+`);
        for (const verb of ['plan', 'install']) await expects(scene, 2, [place, ...words], verb, file);
      }
    },
  },
  'etcd-settings': {
    does: 'change etcd’s quota and install; cut the power of a member that is being restarted, and start it again',
    at: 'a standing cluster',
    on: 'm1',
    async act(scene) {
      const { lab, host } = scene;
      const quota = 4 * 1024 ** 3;
      const file = await edited(scene, 'etcd-settings', (text) => `${text}etcd: { quotaBackendBytes: ${quota} }\n`);
      const others = hostsOf(lab).filter(({ name }) => name !== host);
      const before = await readySince(scene);
      const install = expects(scene, 0, [], 'install', file);
      await Promise.race([install, cutWhileRestarted(scene)]);
      await install;
      const after = await readySince(scene);
      const lost = others.filter(({ name }) => before[name] !== after[name]);
      if (lost.length > 0) throw new Error(`not Ready for a while: ${lost.map(({ name }) => name).join(', ')}`);
      for (const { name } of hostsOf(lab).filter(({ role }) => role === 'control-plane')) {
        const running = await shell({ lab, host: name }, "tr '\\0' ' ' </proc/$(pgrep -x etcd)/cmdline");
        if (!running.includes(`--quota-backend-bytes=${quota} `)) throw new Error(`etcd on ${name} runs as ${running}`);
      }
    },
  },
  'reinstalled-master': {
    does: 'reinstall the first control plane, plan, install, and do what the refusal says',
    at: 'a standing cluster',
    on: 'm1',
    async act(scene) {
      const { lab, host, spec } = scene;
      const healthy = { lab, host: 'm2' };
      await hostActions.reinstall(lab.name, host);
      await expects(scene, 1, [/checkMembership.*it was reinstalled/], 'plan', spec);
      const said = await expects(scene, 3, [/it was reinstalled/], 'install', spec);
      await expects(scene, 0, [], 'abort', lab.name);
      const members = await shell(healthy, `${etcdctl} member list`);
      if (members.trim().split('\n').length !== 3) throw new Error(`etcd's members are\n${members}`);
      // What the refusal told the operator to do, to the letter.
      const [, member] = /etcdctl member remove ([0-9a-f]+)/.exec(said) ?? [];
      await shell(healthy, `${etcdctl} member remove ${member}`);
      await shell(healthy, `kubectl --kubeconfig /etc/kubernetes/admin.conf delete node ${host}`);
      await expects(scene, 0, [], 'install', spec);
    },
  },
};
