import type { Cluster, Machine } from '../../cluster/cluster.js';
import { familyOf } from '../../cluster/ip.js';
import { patientSeconds } from '../../cluster/patience.js';
import { apiServerUrl, controlPlanes, vipCarriers } from '../../cluster/roles.js';
import { apiHealth } from '../../cluster/seed-profile.js';
import type { WantedFile } from '../wanted-file.js';

/** Where SELinux lets keepalived run scripts from (keepalived_selinux(8)). */
export const healthScriptFolder = '/usr/libexec/keepalived';

export const configurationFile = { path: '/etc/keepalived/keepalived.conf', mode: '600', secret: true } as const;

/** The interface at which a host hears the other carriers, and the one that carries the virtual address: mostly the same. */
export interface Devices {
  readonly node: string;
  readonly vip: string;
}

/**
 * keepalived's configuration. Failed health checks lower a host's priority and never take the address from the last
 * one: before the first API server starts, somebody must carry it already. VRRP of IPv6 knows no password (RFC 5798).
 */
export function keepalived(cluster: Cluster, machine: Machine, { node, vip }: Devices, password?: string): WantedFile {
  const { controlPlaneEndpoint: endpoint } = cluster;
  if (endpoint.type !== 'vip') throw new Error('the endpoint of the cluster is not keepalived’s');
  const all = vipCarriers(cluster);
  const tracked = healthScripts(cluster, machine).map(({ name, weight }) => ({ name, weight }));
  const lines = [
    `# Cluster ${cluster.name}; written by kha, which puts back what is changed here.`,
    'global_defs {',
    `    router_id ${machine.name}`,
    '    enable_script_security',
    '    script_user root',
    '    vrrp_garp_master_refresh 30',
    '}',
    ...tracked.flatMap(({ name, weight }) => [
      `vrrp_script ${name} {`,
      `    script "${healthScriptFolder}/check-${name}"`,
      `    interval ${patientSeconds(cluster, 2)}`,
      `    timeout ${patientSeconds(cluster, 4)}`,
      // The script itself looks twice.
      '    fall 1',
      '    rise 2',
      `    weight ${weight}`,
      '}',
    ]),
    `vrrp_instance ${cluster.name} {`,
    '    state BACKUP',
    `    interface ${node}`,
    `    virtual_router_id ${endpoint.virtualRouterId}`,
    `    priority ${200 - all.indexOf(machine)}`,
    '    advert_int 1',
    ...unicast(
      machine,
      all.filter((one) => one !== machine),
    ),
    ...(password === undefined
      ? []
      : ['    authentication {', '        auth_type PASS', `        auth_pass ${password}`, '    }']),
    '    virtual_ipaddress {',
    `        ${endpoint.vip}/${familyOf(endpoint.vip) === 4 ? 32 : 128} dev ${vip}`,
    '    }',
    ...(vip === node ? [] : ['    track_interface {', `        ${vip}`, '    }']),
    '    track_script {',
    ...tracked.map(({ name }) => `        ${name}`),
    '    }',
    '}',
    '',
  ];
  return { ...configurationFile, content: lines.join('\n') };
}

/** Many networks filter multicast, and a peer is known by its address; keepalived refuses unicast without a peer. */
const unicast = ({ address }: Machine, peers: readonly Machine[]): string[] =>
  peers.length === 0
    ? []
    : [
        `    unicast_src_ip ${address}`,
        '    unicast_peer {',
        ...peers.map((peer) => `        ${peer.address}`),
        '    }',
      ];

/**
 * Health checks by weight: without haproxy a host serves nobody; without its own API server it only serves slower. Every look
 * is a program started and a TLS handshake, so one that is well is looked at every other second; after a look in vain comes
 * another within a second. Who refuses is found out in three seconds at most, and who does not answer in four.
 */
export function healthScripts(cluster: Cluster, machine: Machine): (WantedFile & { name: string; weight: number })[] {
  const second = patientSeconds(cluster, 1);
  const script = (name: string, weight: number, url: string): WantedFile & { name: string; weight: number } => ({
    name,
    weight,
    path: `${healthScriptFolder}/check-${name}`,
    content: [
      '#!/bin/sh',
      `well() { curl -sfk --noproxy '*' --max-time ${second} -o /dev/null ${url}; }`,
      // 28: the time was over, and has been waited for already (curl(1)).
      `well || { [ $? -eq 28 ] || sleep ${second}; well; }`,
      '',
    ].join('\n'),
    mode: '755',
  });
  const all = [script('haproxy', -60, `https://127.0.0.1:${cluster.controlPlaneEndpoint.port}${apiHealth(cluster)}`)];
  if (controlPlanes(cluster).includes(machine))
    all.push(script('apiserver', -30, `${apiServerUrl(machine)}${apiHealth(cluster)}`));
  return all;
}
