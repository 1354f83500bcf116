import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cniFiles, withoutTunnels } from '../../../src/bundle/build/seed-calico.js';
import { Folder } from '../samples.js';

it('takes from a template what only Calico’s own BIRD knows, and nothing else', () => {
  const template = [
    '  if ( net ~ {{$data.cidr}} ) then {',
    '    if defined(bgp_next_hop) && ( bgp_next_hop ~ {{$network}} ) then',
    '      krt_tunnel = "";   {{- /* on subnet */}}',
    '    else',
    '      krt_tunnel = "{{$data.ipip}}";',
    '    accept;',
    '  } {{- else}}',
    '    krt_tunnel = "{{$data.ipip}}";',
    '    accept;',
    '  }',
    '',
  ];
  const kept = [0, 5, 6, 8, 9, 10].map((index) => template[index]);
  expect(withoutTunnels(template.join('\n'))).toBe(kept.join('\n'));
});

it.each(['accept;\n', '  if x then { krt_tunnel = ""; }\n'])(
  'refuses a template that it does not know: %j',
  (other) => {
    expect(() => withoutTunnels(other)).toThrow('not as it was');
  },
);

/** The container's own folders, below one of the test. */
const inside = (folder: Folder): string => {
  const script = cniFiles(Buffer.from('plugin'), '/none')['/install-cni.sh'] as Buffer;
  return script
    .toString()
    .replaceAll(/(?<![\w/])\/(host|opt|var|calico-secrets)\b/g, (path) => folder.at(path.slice(1)));
};

async function install(folder: Folder): Promise<number | null> {
  const script = folder.file('install.sh', inside(folder));
  const config =
    '{"plugins":[{"etcd_endpoints":"__ETCD_ENDPOINTS__","etcd_ca_cert_file":"__ETCD_CA_CERT_FILE__","policy":{"k8s_auth_token":"__SERVICEACCOUNT_TOKEN__","k8s_api_root":"https://__KUBERNETES_SERVICE_HOST__:__KUBERNETES_SERVICE_PORT__"},"kubernetes":{"kubeconfig":"__KUBECONFIG_FILEPATH__"}}]}';
  const child = spawn('sh', [script], {
    env: {
      PATH: process.env['PATH'],
      CNI_NETWORK_CONFIG: config,
      ETCD_ENDPOINTS: 'http://10.0.0.1:2379',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
    },
  });
  child.stderr.pipe(process.stderr);
  const ended = once(child, 'close');
  for await (const said of child.stdout) if (String(said).includes('Installed')) child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  return code;
}

function container(folder: Folder): void {
  const secrets = 'var/run/secrets/kubernetes.io/serviceaccount';
  for (const one of ['host/opt/cni/bin', 'host/etc/cni/net.d', 'opt/cni/bin', secrets])
    mkdirSync(folder.at(one), { recursive: true });
  writeFileSync(folder.at('opt/cni/bin/calico'), 'plugin', { mode: 0o755 });
  folder.file(`${secrets}/token`, 'a.token.of-it');
  folder.file(`${secrets}/ca.crt`, 'authority');
}

it('installs plugins and their configuration, twice, and ends when it is told to', async () => {
  using folder = new Folder();
  container(folder);
  expect([await install(folder), await install(folder)]).toEqual([0, 0]);
  expect(statSync(folder.at('host/opt/cni/bin/calico')).mode & 0o777).toBe(0o755);
  const net = folder.at('host/etc/cni/net.d');
  expect(JSON.parse(readFileSync(`${net}/10-calico.conflist`, 'utf8'))).toEqual({
    plugins: [
      {
        etcd_endpoints: 'http://10.0.0.1:2379',
        etcd_ca_cert_file: '',
        policy: { k8s_auth_token: 'a.token.of-it', k8s_api_root: 'https://10.96.0.1:443' },
        kubernetes: { kubeconfig: '/etc/cni/net.d/calico-kubeconfig' },
      },
    ],
  });
  expect(statSync(`${net}/10-calico.conflist`).mode & 0o777).toBe(0o600);
  const kubeconfig = readFileSync(`${net}/calico-kubeconfig`, 'utf8');
  expect(kubeconfig).toContain('server: https://10.96.0.1:443');
  expect(kubeconfig).toContain(`certificate-authority-data: ${Buffer.from('authority').toString('base64')}`);
  expect(kubeconfig).toContain('token: a.token.of-it');
});

it('lays etcd’s certificates where the plugins read them', async () => {
  using folder = new Folder();
  container(folder);
  mkdirSync(folder.at('calico-secrets'));
  for (const one of ['ca', 'cert', 'key']) folder.file(`calico-secrets/etcd-${one}`, `its ${one}`);
  expect(await install(folder)).toBe(0);
  const net = folder.at('host/etc/cni/net.d');
  expect(readFileSync(`${net}/calico-tls/etcd-key`, 'utf8')).toBe('its key');
  expect(readFileSync(`${net}/10-calico.conflist`, 'utf8')).toContain('/etc/cni/net.d/calico-tls/etcd-ca');
});
