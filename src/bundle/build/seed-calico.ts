import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content } from '../write-tar.js';
import { netfilterPackages, type DebianPackages } from './grounds.js';

/**
 * Calico 3.0 is no Go module: what stands in its images’ place is the one that kha has, which speaks to etcd and to BIRD
 * 1.6 as well. BIRD is Debian’s, the last release that has 1.6; of runit’s own services none is wanted.
 */
export const nodeGround: DebianPackages = {
  suite: 'bookworm',
  packages: [...netfilterPackages, 'bird', 'runit'],
  without: ['/etc/service'],
};

export const nodeEnvironment: Readonly<Record<string, string>> = {
  SVDIR: '/etc/service/enabled',
  // Would ask the API server for tokens in a way that came with v1.12.
  CALICO_MANAGE_CNI: 'false',
  // The manifests of the time have kubelet ask at the node’s address.
  FELIX_HEALTHHOST: '0.0.0.0',
};

const start = `#!/bin/sh
case "\${CALICO_IPV4POOL_IPIP:-Off}" in
[Oo]ff | [Nn]ever) ;;
*) echo >&2 "CALICO_IPV4POOL_IPIP=$CALICO_IPV4POOL_IPIP: this image's BIRD knows no tunnels, packets between nodes go unwrapped" ;;
esac
/etc/rc.local || exit
NODENAME=$(cat /var/lib/calico/nodename)
export NODENAME
exec runsvdir -P /etc/service/enabled
`;

/** Everything of the node’s image but its program: the services of Calico’s own, and what confd makes BIRD’s files from. */
export async function nodeFiles(sources: string): Promise<Record<string, Content>> {
  const files: Record<string, Content> = { '/usr/sbin/start_runit': Buffer.from(start) };
  for (const [from, to] of [
    ['node/filesystem/etc', '/etc'],
    ['confd/etc/calico/confd', '/etc/calico/confd'],
  ] as const)
    for (const one of await readdir(join(sources, from), { recursive: true, withFileTypes: true })) {
      if (!one.isFile()) continue;
      const path = join(one.parentPath, one.name);
      files[join(to, path.slice(join(sources, from).length))] = { path };
    }
  const ipam = '/etc/calico/confd/templates/bird_ipam.cfg.template';
  const template = await readFile(join(sources, 'confd', ipam), 'utf8');
  return { ...files, [ipam]: Buffer.from(withoutTunnels(template)) };
}

/** A template of BIRD’s configuration without what only Calico’s own BIRD knows. */
export function withoutTunnels(template: string): string {
  const without = template
    .replaceAll(/^ *if defined\(bgp_next_hop\).* then\n *krt_tunnel = .*\n *else\n *krt_tunnel = .*\n/gm, '')
    .replaceAll(/^ *krt_tunnel = .*\n/gm, '');
  if (without === template || without.includes('krt_tunnel'))
    throw new Error('Calico’s template of BIRD’s configuration is not as it was when this was written');
  return without;
}

/**
 * What the manifest of the time runs beside the node. Calico’s own program of today asks the API server for a token in a
 * way that came with v1.12; a pod of v1.9 has one that lasts. Its last wait ends by the signal that ends the pod, which is
 * no failure.
 */
const install = `#!/bin/sh
set -eu
bin=/host/opt/cni/bin
net=/host/etc/cni/net.d
token=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)
# Renamed over the old one, which may be running.
for plugin in /opt/cni/bin/*; do
  name=\${plugin##*/}
  cp "$plugin" "$bin/.$name.new"
  mv "$bin/.$name.new" "$bin/$name"
done
if [ -f /calico-secrets/etcd-ca ]; then
  mkdir -p "$net/calico-tls"
  cp -L /calico-secrets/etcd-* "$net/calico-tls/"
  tls=/etc/cni/net.d/calico-tls
fi
umask 077
cat >"$net/.calico-kubeconfig.new" <<EOF
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
    certificate-authority-data: $(base64 -w 0 /var/run/secrets/kubernetes.io/serviceaccount/ca.crt)
users:
- name: calico
  user:
    token: $token
contexts:
- name: calico-context
  context:
    cluster: local
    user: calico
current-context: calico-context
EOF
mv "$net/.calico-kubeconfig.new" "$net/calico-kubeconfig"
# Last: with it kubelet takes the node's network for ready.
printf '%s\\n' "$CNI_NETWORK_CONFIG" | sed \\
  -e "s|__ETCD_ENDPOINTS__|\${ETCD_ENDPOINTS:-}|g" \\
  -e "s|__ETCD_CA_CERT_FILE__|\${tls:+$tls/etcd-ca}|g" \\
  -e "s|__ETCD_CERT_FILE__|\${tls:+$tls/etcd-cert}|g" \\
  -e "s|__ETCD_KEY_FILE__|\${tls:+$tls/etcd-key}|g" \\
  -e "s|__KUBERNETES_SERVICE_HOST__|$KUBERNETES_SERVICE_HOST|g" \\
  -e "s|__KUBERNETES_SERVICE_PORT__|$KUBERNETES_SERVICE_PORT|g" \\
  -e "s|__KUBECONFIG_FILEPATH__|/etc/cni/net.d/calico-kubeconfig|g" \\
  -e "s|__SERVICEACCOUNT_TOKEN__|$token|g" >"$net/.calico.new"
mv "$net/.calico.new" "$net/\${CNI_CONF_NAME:-10-calico.conflist}"
sleep infinity &
trap "kill $!" TERM INT
echo "Installed the CNI plugins and $net/\${CNI_CONF_NAME:-10-calico.conflist}"
wait $! || true
`;

/** Everything of the CNI image: the plugins, and what lays them on the host. */
export const cniFiles = (calico: Content, plugins: string): Record<string, Content> => ({
  '/install-cni.sh': Buffer.from(install),
  '/opt/cni/bin/calico': calico,
  '/opt/cni/bin/calico-ipam': calico,
  ...Object.fromEntries(
    ['host-local', 'loopback', 'portmap'].map((name) => [`/opt/cni/bin/${name}`, { path: join(plugins, name) }]),
  ),
});
