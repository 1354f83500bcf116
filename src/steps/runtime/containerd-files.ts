import type { Cluster } from '../../cluster/cluster.js';
import { addressesOf } from '../../cluster/families.js';
import { imageName } from '../../cluster/image-names.js';
import { registryPlace } from '../../cluster/registry-place.js';
import { usualRoot } from '../../cluster/usual-folders.js';
import { profileOf } from '../../cluster/versions.js';
import type { Limits } from '../../facts/kernel.js';
import type { WantedFile } from '../wanted-file.js';
import { registryFolder, toml } from './registry-files.js';

/** containerd 2's configuration, version 3 (containerd.io, CRI configuration). */
export function containerdConfig(cluster: Cluster, systemdCgroup: boolean, { lowersOomScore }: Limits): string {
  const { root } = cluster.containerd;
  return [
    'version = 3',
    ...(root === usualRoot ? [] : [`root = ${toml(root)}`]),
    '',
    "[plugins.'io.containerd.cri.v1.images'.pinned_images]",
    `sandbox = ${toml(imageName(cluster, `pause:${profileOf(cluster).pause}`))}`,
    "[plugins.'io.containerd.cri.v1.images'.registry]",
    `config_path = ${toml(registryFolder)}`,
    "[plugins.'io.containerd.cri.v1.runtime']",
    // Without CAP_SYS_RESOURCE runc could not lower a pod's OOM score, and no pod would start.
    `restrict_oom_score_adj = ${!lowersOomScore}`,
    "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]",
    'runtime_type = "io.containerd.runc.v2"',
    "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]",
    `SystemdCgroup = ${systemdCgroup}`,
    "[plugins.'io.containerd.cri.v1.runtime'.cni]",
    'bin_dirs = ["/opt/cni/bin"]',
    'conf_dir = "/etc/cni/net.d"',
    '',
  ].join('\n');
}

export const containerdUnit: WantedFile = {
  path: '/etc/systemd/system/containerd.service',
  content: `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target local-fs.target

[Service]
ExecStart=/usr/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=1
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`,
};

/**
 * Proxies of the spec for the runtime's own downloads; none when the spec names none. In a file of their own, as a unit's
 * text is everybody's to read, and a proxy's URL may have a password.
 */
export async function proxyFiles(
  cluster: Cluster,
  secret: (reference: string) => Promise<string>,
): Promise<WantedFile[]> {
  const { proxies, networking, hosts } = cluster;
  if (!proxies) return [];
  const registry = registryPlace(cluster);
  const none = [
    'localhost',
    '127.0.0.1',
    ...(registry ? [registry.host.split(':')[0]!] : []),
    networking.podSubnet,
    networking.serviceSubnet,
    ...hosts.flatMap(addressesOf),
    ...proxies.noProxy,
  ];
  const url = async (value = ''): Promise<string> =>
    /^(env|file):/.test(value) ? (await secret(value)).trim() : value;
  const values = {
    HTTP_PROXY: await url(proxies.http),
    HTTPS_PROXY: await url(proxies.https),
    NO_PROXY: none.join(','),
  };
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value ? [`${name}=${JSON.stringify(value)}\n`] : [],
  );
  const path = '/etc/containerd/proxy.env';
  return [
    { path, content: lines.join(''), mode: '600', secret: true },
    {
      path: '/etc/systemd/system/containerd.service.d/proxy.conf',
      content: `[Service]\nEnvironmentFile=${path}\n`,
    },
  ];
}
